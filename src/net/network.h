/* SPDX-License-Identifier: MIT */
/*
 * Networks, as people write them, and who is in them:
 *
 *      10.0.0.0/8   192.0.2.1   2001:db8::/32   ::1   all
 *
 * Bits behind the prefix must be 0, so that a slip is noticed. An IPv4 address
 * that is written as an IPv6 one (::ffff:192.0.2.1) is the IPv4 address. "all"
 * is everybody, also who comes by a unix socket.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct addr;

struct network {
	struct in6_addr ip; /* an IPv4 address in its mapped form */
	uint8_t bits;       /* of its 128 */
	bool all;
};

/* 0, or -EINVAL with *ret_why saying what is wrong with the text. */
int network_parse(const char *text, struct network *ret, const char **ret_why);
/* Whether it is in one of them. */
bool network_has(const struct network list[], uint32_t n, const struct addr *a);

#endif
