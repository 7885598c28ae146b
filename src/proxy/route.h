/* SPDX-License-Identifier: MIT */
/*
 * Where connections go: a chain of lists of upstreams, which never changes;
 * what changes is which chain is used (targets.h). An upstream is a target that
 * several lists and all conversations to it share, so that it is freed with the
 * last of them.
 */
#ifndef PROXY_ROUTE_H
#define PROXY_ROUTE_H

#include <stdatomic.h>
#include <stdint.h>

#include "net/addr.h"
#include "proxy/proxy.h"
#include "proxy/target.h"

struct check;
struct hello;
struct known;

struct upstream {
	struct target target;
	atomic_uint shares;
	uint32_t turn; /* of the newest chain that it is in; its maker's */
	atomic_ullong connects, failures; /* that came about, or did not */
	atomic_ullong bytes[2];           /* to it, and from it */
	struct check *check; /* of the lane that checks, and only its */
	char name[ADDR_TEXT_SIZE];
};

/* The routes of a proxy are a chain, of which the first one is that of clients
 * who name nobody, or nobody else; it may be empty. */
struct route {
	struct route *next; /* a share */
	atomic_uint shares;
	uint32_t number; /* of this one in its chain */
	uint32_t turn;   /* of its chain: no other one of the proxy has it */
	char *name;      /* "example.org", "*.example.org"; NULL: the first */
	uint32_t n;
	struct upstream **at;
	const struct target **targets; /* the same, for balance_pick() */
	/* Names lead to some of them; and one of those was not answered yet, so
	 * that there may be more in a moment. */
	bool is_named, is_pending;
};

/*
 * One share of the first, the caller's. Upstreams that were in the chain before
 * (or NULL) stay as they are, apart from their weight and the like. Names lead
 * where it is known that they do. By one thread at a time. 0 or -ENOMEM.
 */
int route_new(struct route **ret, const struct proxy_opts *opts,
	      const struct route *before, struct known *known);
/* The route of a chain for the same clients as r; the first one: there is none
 * any more. */
struct route *route_like(struct route *first, const struct route *r);
/* How many routes a chain has. */
uint32_t route_count(const struct route *first);
/* Whom a client wants who says this; NULL: nobody. A protocol goes before a
 * name, a name before a wildcard, and the longer one before the shorter. */
struct route *route_for(struct route *first, const struct hello *h);
struct route *route_share(struct route *r);
/* Safe on NULL. Returns NULL. */
struct route *route_drop(struct route *r);

struct upstream *upstream_share(struct upstream *u);
void upstream_drop(struct upstream *u);

#endif
