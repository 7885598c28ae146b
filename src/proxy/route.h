/* SPDX-License-Identifier: MIT */
/*
 * Where connections go: a list of upstreams that never changes. An upstream is
 * a target that several lists and all conversations to it share, so that it is
 * freed with the last of them.
 */
#ifndef PROXY_ROUTE_H
#define PROXY_ROUTE_H

#include <stdatomic.h>
#include <stdint.h>

#include "net/addr.h"
#include "proxy/proxy.h"
#include "proxy/target.h"

struct upstream {
	struct target target;
	atomic_uint shares;
	atomic_ullong connects, failures; /* that came about, or did not */
	atomic_ullong bytes[2];           /* to it, and from it */
	char name[ADDR_TEXT_SIZE];
};

/* The routes of a proxy are a chain, of which the first one is that of clients
 * who name nobody, or nobody else; it may be empty. */
struct route {
	struct route *next; /* a share */
	atomic_uint shares;
	uint32_t number; /* of this one in its chain */
	char *name;      /* "example.org", "*.example.org"; NULL: the first */
	uint32_t n;
	struct upstream **at;
	const struct target **targets; /* the same, for balance_pick() */
};

/* One share of the first, the caller's. 0 or -ENOMEM. */
int route_new(struct route **ret, const struct proxy_opts *opts);
/* Whom a client wants who names that host, in lower case; NULL: nobody. A name
 * goes before a wildcard, and the longer wildcard before the shorter. */
struct route *route_for(struct route *first, const char *name, size_t len);
struct route *route_share(struct route *r);
/* Safe on NULL. Returns NULL. */
struct route *route_drop(struct route *r);

struct upstream *upstream_share(struct upstream *u);
void upstream_drop(struct upstream *u);

#endif
