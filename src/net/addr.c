/* SPDX-License-Identifier: MIT */
/* Addresses to and from text: see addr.h. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

static bool port_of(struct slice s, uint16_t *ret)
{
	uint64_t n;

	if (!text_digits(s, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

static void set_v4(struct addr *a, struct in_addr host, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr = host };

	memset(a, 0, sizeof(*a));
	memcpy(&a->storage, &sin, sizeof(sin));
	a->len = sizeof(sin);
}

static void set_v6(struct addr *a, struct in6_addr host, uint16_t port,
		   uint32_t scope)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
				     .sin6_port = htons(port),
				     .sin6_addr = host,
				     .sin6_scope_id = scope };

	memset(a, 0, sizeof(*a));
	memcpy(&a->storage, &sin6, sizeof(sin6));
	a->len = sizeof(sin6);
}

/* "unix:/path", or "unix:@name" for an abstract one. */
static int parse_unix(struct slice path, struct addr *ret, const char **ret_why)
{
	if (path.len == 0 || (path.len == 1 && path.at[0] == '@')) {
		*ret_why = "a path is missing after unix:";
		return -EINVAL;
	}
	if (path.len >= sizeof(ret->un.sun_path)) {
		*ret_why = "the path of a unix socket has at most 107 bytes";
		return -EINVAL;
	}
	memset(ret, 0, sizeof(*ret));
	ret->un.sun_family = AF_UNIX;
	memcpy(ret->un.sun_path, path.at, path.len);
	ret->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			       path.len + 1);
	if (path.at[0] == '@') {
		ret->un.sun_path[0] = '\0';
		ret->len--; /* an abstract name is not ended by a NUL */
	}
	return 1;
}

/* A copy with a NUL, for inet_pton(). */
static bool host_text(struct slice host, char *ret, size_t size)
{
	if (host.len == 0 || host.len >= size)
		return false;
	memcpy(ret, host.at, host.len);
	ret[host.len] = '\0';
	return true;
}

/* An interface by its name, or by its number; 0: there is none. */
static uint32_t scope_of(const char *text)
{
	uint32_t scope = if_nametoindex(text);
	uint64_t n;

	if (scope == 0 && text_digits(slice_of(text), UINT32_MAX, &n))
		scope = (uint32_t)n;
	return scope;
}

static int parse_v6(struct slice host, uint16_t port, struct addr *ret,
		    const char **ret_why)
{
	char text[INET6_ADDRSTRLEN + IF_NAMESIZE];
	struct in6_addr in6;
	uint32_t scope = 0;
	char *percent;

	*ret_why = "no IPv6 address stands between the brackets";
	if (!host_text(host, text, sizeof(text)))
		return -EINVAL;
	percent = strchr(text, '%');
	if (percent != NULL) {
		*percent = '\0';
		scope = scope_of(percent + 1);
		if (scope == 0) {
			*ret_why = "there is no such interface after the %";
			return -EINVAL;
		}
	}
	if (inet_pton(AF_INET6, text, &in6) != 1)
		return -EINVAL;
	set_v6(ret, in6, port, scope);
	return 1;
}

static int parse_v4(struct slice host, uint16_t port, struct addr *ret,
		    const char **ret_why)
{
	char text[INET_ADDRSTRLEN];
	struct in_addr in;

	if (!host_text(host, text, sizeof(text)) ||
	    inet_pton(AF_INET, text, &in) != 1) {
		*ret_why = "the host must be a number, such as 127.0.0.1, "
			   "[::1] or *";
		return -EINVAL;
	}
	set_v4(ret, in, port);
	return 1;
}

static int parse_both(uint16_t port, struct addr ret[2])
{
	set_v6(&ret[0], in6addr_any, port, 0);
	set_v4(&ret[1], (struct in_addr){ htonl(INADDR_ANY) }, port);
	return 2;
}

int addr_parse(const char *text, struct addr ret[2], const char **ret_why)
{
	struct slice all = slice_of(text);
	const char *colon = strrchr(text, ':');
	struct slice host, port;
	uint16_t number;

	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix(slice_of(text + 5), ret, ret_why);
	if (colon == NULL) {
		host = SLICE("127.0.0.1");
		port = all;
	} else {
		host = (struct slice){ text, (size_t)(colon - text) };
		port = slice_of(colon + 1);
	}
	if (!port_of(port, &number)) {
		*ret_why = "a port is a number from 0 to 65535";
		return -EINVAL;
	}
	if (slice_is(host, SLICE("*")))
		return parse_both(number, ret);
	if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		return parse_v6((struct slice){ host.at + 1, host.len - 2 },
				number, ret, ret_why);
	return parse_v4(host, number, ret, ret_why);
}

/* The path; an abstract name with an @, and without odd bytes. */
static void add_unix(struct text *t, const struct addr *a)
{
	size_t from = offsetof(struct sockaddr_un, sun_path);
	size_t len = a->len > from ? a->len - from : 0;
	bool abstract = len > 0 && a->un.sun_path[0] == '\0';

	text_str(t, "unix:");
	if (abstract)
		text_char(t, '@');
	for (size_t i = abstract ? 1 : 0; i < len; i++) {
		char c = a->un.sun_path[i];

		if (c == '\0')
			break;
		text_char(t, (char)(c >= ' ' && c <= '~' ? c : '?'));
	}
}

static void add_v6(struct text *t, const struct sockaddr_in6 *sin6)
{
	char host[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(AF_INET6, &sin6->sin6_addr, host, sizeof(host));
	text_str(t, host);
	if (sin6->sin6_scope_id != 0) {
		text_char(t, '%');
		text_u64(t, sin6->sin6_scope_id);
	}
}

static void add_v4(struct text *t, const struct sockaddr_in *sin)
{
	uint32_t host = ntohl(sin->sin_addr.s_addr);

	for (int shift = 24; shift >= 0; shift -= 8) {
		text_u64(t, host >> shift & 0xff);
		if (shift > 0)
			text_char(t, '.');
	}
}

static void write_addr(const struct addr *a, char text[ADDR_TEXT_SIZE],
		       bool with_port)
{
	struct text t = text_over(text, ADDR_TEXT_SIZE - 1);
	struct sockaddr_in6 sin6;
	struct sockaddr_in sin;

	memcpy(&sin6, &a->storage, sizeof(sin6));
	memcpy(&sin, &a->storage, sizeof(sin));
	if (a->sa.sa_family == AF_INET6) {
		text_str(&t, with_port ? "[" : "");
		add_v6(&t, &sin6);
		text_str(&t, with_port ? "]" : "");
	} else if (a->sa.sa_family == AF_INET) {
		add_v4(&t, &sin);
	} else if (with_port) {
		add_unix(&t, a);
	} else {
		text_str(&t, "unix:");
	}
	if (with_port && a->sa.sa_family != AF_UNIX) {
		text_char(&t, ':');
		text_u64(&t, ntohs(sin.sin_port)); /* v6 has it there too */
	}
	text[t.len] = '\0';
}

void addr_text(const struct addr *a, char text[ADDR_TEXT_SIZE])
{
	write_addr(a, text, true);
}

void addr_host(const struct addr *a, char text[ADDR_TEXT_SIZE])
{
	write_addr(a, text, false);
}
