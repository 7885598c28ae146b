/* SPDX-License-Identifier: MIT */
/* Who is at the other end, in a form small enough for idle connections. */
#ifndef SERVE_PEER_H
#define SERVE_PEER_H

#include <netinet/in.h>
#include <stdint.h>

struct addr;

struct peer {
	struct in6_addr ip; /* an IPv4 address in its first bytes */
	uint32_t scope;
	sa_family_t family;
};

void peer_of_addr(const struct addr *a, struct peer *ret);
/* The address again, with port 0. */
void peer_to_addr(const struct peer *p, struct addr *ret);

#endif
