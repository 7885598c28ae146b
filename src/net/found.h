/* SPDX-License-Identifier: MIT */
/* What is found of one name, piece by piece: a bounded set of addresses. */
#ifndef NET_FOUND_H
#define NET_FOUND_H

#include "net/resolver.h"

struct found {
	uint32_t n, room;
	struct resolver_found *at;
};

/* The port of all that is found like this one. */
void found_set_port(struct resolver_found *f, uint16_t port);
/*
 * Adds one, unless it is there or there are RESOLVER_FOUND_MAX. ip: 4 or 16
 * bytes, by the family; all else is as in like. 0 or -ENOMEM.
 */
int found_add(struct found *f, int family, const void *ip,
	      const struct resolver_found *like);
/* In an order that depends on the addresses and priorities alone. */
void found_sort(struct found *f);
void found_done(struct found *f);

#endif
