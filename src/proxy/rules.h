/* SPDX-License-Identifier: MIT */
/*
 * What a proxy goes by, but for its targets: its options, as a value that never
 * changes. A reload makes another one, of which each thread takes a share.
 *
 *      options ──► rules_new ──► each thread, at the end of its turn
 */
#ifndef PROXY_RULES_H
#define PROXY_RULES_H

#include <stdatomic.h>

#include "net/network.h"
#include "net/resolver.h"
#include "proxy/proxy.h"

struct rules {
	atomic_uint shares;
	struct proxy_opts opts;      /* defaults filled in; no addresses */
	struct network *networks[3]; /* those of the options, copied */
	struct addr resolvers[RESOLVER_SERVERS_MAX];
	char check_send[PROXY_CHECK_MAX], check_expect[PROXY_CHECK_MAX];
};

/* One share, the caller's. 0 or -ENOMEM. */
int rules_new(struct rules **ret, const struct proxy_opts *opts);
struct rules *rules_share(struct rules *r);
/* Safe on NULL. Returns NULL. */
struct rules *rules_drop(struct rules *r);

#endif
