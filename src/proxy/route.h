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

struct route {
	atomic_uint shares;
	uint32_t n;
	struct upstream **at;
	const struct target **targets; /* the same, for balance_pick() */
};

/* One share, the caller's. 0 or -ENOMEM. */
int route_new(struct route **ret, const struct proxy_target to[], uint32_t n);
struct route *route_share(struct route *r);
/* Safe on NULL. Returns NULL. */
struct route *route_drop(struct route *r);

struct upstream *upstream_share(struct upstream *u);
void upstream_drop(struct upstream *u);

#endif
