/* SPDX-License-Identifier: MIT */
/* Prefixes and who has them: see network.h. */
#include "net/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "net/addr.h"

enum { V4_BITS = 32, V6_BITS = 128 };

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void from_v4(const struct in_addr *in, struct in6_addr *ret)
{
	memcpy(ret->s6_addr, mapped, sizeof(mapped));
	memcpy(ret->s6_addr + sizeof(mapped), in, sizeof(*in));
}

static bool bit(const struct in6_addr *ip, unsigned i)
{
	return ip->s6_addr[i / 8] >> (7 - i % 8) & 1;
}

static int bad(const char **ret_why, const char *why)
{
	*ret_why = why;
	return -EINVAL;
}

/* How many bits its addresses have, or 0: it is none. */
static unsigned read_ip(const char *text, struct in6_addr *ret)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1) {
		from_v4(&in, ret);
		return V4_BITS;
	}
	return inet_pton(AF_INET6, text, ret) == 1 ? V6_BITS : 0;
}

int network_parse(const char *text, struct network *ret, const char **ret_why)
{
	struct slice prefix = slice_of(text);
	struct slice ip = slice_cut(&prefix, '/');
	bool has_prefix = ip.len < strlen(text);
	char copy[INET6_ADDRSTRLEN];
	unsigned width;
	uint64_t bits;

	*ret = (struct network){ .all = strcmp(text, "all") == 0 };
	if (ret->all)
		return 0;
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)ip.len, ip.at);
	width = ip.len < sizeof(copy) ? read_ip(copy, &ret->ip) : 0;
	if (width == 0)
		return bad(ret_why, "not the address of a network");
	bits = width;
	if (has_prefix && !text_digits(prefix, width, &bits))
		return bad(ret_why, "the prefix is 0 to 32, or 128 for IPv6");
	ret->bits = (uint8_t)(V6_BITS - width + bits);
	for (unsigned i = ret->bits; i < V6_BITS; i++)
		if (bit(&ret->ip, i))
			return bad(ret_why, "bits are set behind the prefix");
	return 0;
}

static bool ip_of(const struct addr *a, struct in6_addr *ret)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (a->sa.sa_family == AF_INET) {
		memcpy(&in, &a->storage, sizeof(in));
		from_v4(&in.sin_addr, ret);
		return true;
	}
	if (a->sa.sa_family != AF_INET6)
		return false;
	memcpy(&in6, &a->storage, sizeof(in6));
	*ret = in6.sin6_addr;
	return true;
}

static bool has(const struct network *n, const struct in6_addr *ip)
{
	unsigned whole = n->bits / 8;

	if (memcmp(&n->ip, ip, whole) != 0)
		return false;
	for (unsigned i = whole * 8; i < n->bits; i++)
		if (bit(&n->ip, i) != bit(ip, i))
			return false;
	return true;
}

bool network_has(const struct network list[], uint32_t n, const struct addr *a)
{
	struct in6_addr ip;
	bool is_ip = ip_of(a, &ip);

	for (uint32_t i = 0; i < n; i++)
		if (list[i].all || (is_ip && has(&list[i], &ip)))
			return true;
	return false;
}
