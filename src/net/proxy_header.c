/* SPDX-License-Identifier: MIT */
/* Version 1, which is a line, and the choice between the two. */
#include "net/proxy_header.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "net/proxy_header_v2.h"

#define LINE_BEGIN SLICE("PROXY ")

enum { LINE_MAX = 107 }; /* CRLF included (section 2.1) */

/* ── Reading ── */

/* Up to the next space, which is taken off as well; false: there is none. */
static bool take_word(struct slice *line, struct slice *ret)
{
	const char *space = memchr(line->at, ' ', line->len);
	size_t n;

	if (space == NULL)
		return false;
	n = (size_t)(space - line->at);
	*ret = (struct slice){ line->at, n };
	line->at += n + 1;
	line->len -= n + 1;
	return n > 0;
}

/* Digits without leading zeros. */
static bool read_port(struct slice s, in_port_t *ret)
{
	uint64_t n;

	if (!text_digits(s, UINT16_MAX, &n) || (s.at[0] == '0' && s.len > 1))
		return false;
	*ret = htons((uint16_t)n);
	return true;
}

/* One address by its two words; family says how it is written. */
static bool read_addr(int family, struct slice host, struct slice port,
		      struct addr *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	bool v4 = family == AF_INET;

	if (host.len >= sizeof(text) || memchr(host.at, '\0', host.len))
		return false;
	memcpy(text, host.at, host.len);
	text[host.len] = '\0';
	if (inet_pton(family, text,
		      v4 ? (void *)&sin.sin_addr : &sin6.sin6_addr) != 1 ||
	    !read_port(port, v4 ? &sin.sin_port : &sin6.sin6_port))
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->len = v4 ? sizeof(sin) : sizeof(sin6);
	memcpy(&ret->storage, v4 ? (void *)&sin : &sin6, ret->len);
	return true;
}

static bool read_addresses(int family, struct slice line,
			   struct proxy_header *h)
{
	struct slice src, dst, port;

	return take_word(&line, &src) && take_word(&line, &dst) &&
	       take_word(&line, &port) &&
	       read_addr(family, src, port, &h->src) &&
	       read_addr(family, dst, line, &h->dst);
}

/* What stands between "PROXY " and CRLF. */
static int read_line(struct slice line, struct proxy_header *h,
		     const char **ret_why)
{
	struct slice word = line;
	int family = AF_UNSPEC;

	if (slice_is(line, SLICE("UNKNOWN")) ||
	    (take_word(&line, &word) && slice_is(word, SLICE("UNKNOWN")))) {
		h->local = true;
		return 0;
	}
	if (slice_is(word, SLICE("TCP4")))
		family = AF_INET;
	else if (slice_is(word, SLICE("TCP6")))
		family = AF_INET6;
	*ret_why = "neither TCP4, TCP6 nor UNKNOWN";
	if (family == AF_UNSPEC)
		return -EPROTO;
	*ret_why = "an address or a port is no such thing";
	return read_addresses(family, line, h) ? 0 : -EPROTO;
}

/* Where the end of the line begins; NULL: not in what is there. */
static const char *find_end(const char *buf, size_t len)
{
	for (size_t i = 0; i < MIN(len, (size_t)LINE_MAX); i++)
		if (buf[i] == '\r' || buf[i] == '\n')
			return buf + i;
	return NULL;
}

static int parse_v1(struct proxy_header *ret, const char *buf, size_t len,
		    const char **ret_why)
{
	const char *end = find_end(buf, len);
	const char *words = buf + LINE_BEGIN.len;
	struct proxy_header h = { 0 };
	int r;

	*ret_why = "the line does not end within 107 bytes";
	if (end == NULL)
		return len < LINE_MAX ? PROXY_HEADER_MORE : -EPROTO;
	h.len = (size_t)(end - buf) + 2;
	if (h.len > LINE_MAX)
		return -EPROTO;
	*ret_why = "the line does not end with CR and LF";
	if (*end == '\n')
		return -EPROTO;
	if (h.len > len)
		return PROXY_HEADER_MORE;
	if (end[1] != '\n')
		return -EPROTO;
	r = read_line((struct slice){ words, (size_t)(end - words) }, &h,
		      ret_why);
	if (r == 0)
		*ret = h;
	return r;
}

/* Whether what is there of buf may still become something with this begin. */
static bool may_begin(struct slice begin, const char *buf, size_t len)
{
	return memcmp(buf, begin.at, MIN(len, begin.len)) == 0;
}

int proxy_header_parse(struct proxy_header *ret, const char *buf, size_t len,
		       const char **ret_why)
{
	bool v1, v2;

	*ret_why = "";
	if (len == 0)
		return PROXY_HEADER_MORE;
	v1 = may_begin(LINE_BEGIN, buf, len);
	v2 = may_begin(PROXY_HEADER_V2_BEGIN, buf, len);
	if (v1 && len >= LINE_BEGIN.len)
		return parse_v1(ret, buf, len, ret_why);
	if (v2 && len >= PROXY_HEADER_V2_BEGIN.len)
		return proxy_header_parse_v2(ret, buf, len, ret_why);
	if (v1 || v2)
		return PROXY_HEADER_MORE;
	*ret_why = "no PROXY header";
	return -EPROTO;
}

/* ── Writing ── */

/* "192.0.2.1" to t, and the port to *ret; false: not of that family. */
static bool add_host(struct text *t, int family, const struct addr *a,
		     uint16_t *ret)
{
	char host[INET6_ADDRSTRLEN];
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;
	const void *from = family == AF_INET ? (void *)&sin.sin_addr
					     : &sin6.sin6_addr;

	if (a->sa.sa_family != family)
		return false;
	memcpy(&sin, &a->storage, sizeof(sin));
	memcpy(&sin6, &a->storage, sizeof(sin6));
	if (inet_ntop(family, from, host, sizeof(host)) == NULL)
		return false;
	*ret = ntohs(family == AF_INET ? sin.sin_port : sin6.sin6_port);
	text_str(t, host);
	text_char(t, ' ');
	return true;
}

size_t proxy_header_v1(char buf[PROXY_HEADER_WRITTEN_MAX],
		       const struct addr *src, const struct addr *dst)
{
	struct text t = text_over(buf, PROXY_HEADER_WRITTEN_MAX);
	int family = src != NULL ? src->sa.sa_family : AF_UNSPEC;
	uint16_t from, to;

	if (family == AF_INET || family == AF_INET6) {
		text_str(&t, family == AF_INET ? "PROXY TCP4 " : "PROXY TCP6 ");
		if (add_host(&t, family, src, &from) &&
		    add_host(&t, family, dst, &to)) {
			text_u64(&t, from);
			text_char(&t, ' ');
			text_u64(&t, to);
			text_str(&t, "\r\n");
			return t.len;
		}
	}
	t = text_over(buf, PROXY_HEADER_WRITTEN_MAX);
	text_str(&t, "PROXY UNKNOWN\r\n");
	return t.len;
}
