/* SPDX-License-Identifier: MIT */
/* Who is at the other end, in a form small enough for idle connections. */
#ifndef NET_PEER_H
#define NET_PEER_H

#include <netinet/in.h>
#include <stdint.h>

struct addr;

struct peer {
	struct in6_addr ip; /* an IPv4 address in its first bytes */
	uint32_t scope;
	sa_family_t family;
	in_port_t port; /* as on the wire */
};

void peer_of_addr(const struct addr *a, struct peer *ret);
/* The address again. */
void peer_to_addr(const struct peer *p, struct addr *ret);

#endif
