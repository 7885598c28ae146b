/* SPDX-License-Identifier: MIT */
/*
 * Which chain of routes a proxy uses, and how that changes while it works:
 *
 *      options read anew, names looked up ─► targets_set() ─► a new chain, with
 *                                                │       the upstreams that stay
 *                             lanes are woken ◄──┘
 *                                   │
 *      each at the end of a turn: lane_renew() ─► a share of the new chain for
 *                                                 that of the old one
 *
 * No chain is ever written to: the old one is freed with its last share.
 *
 *   - An upstream at an address that both chains have for the same clients is
 *     one object, so that its conversations still count, its failures and what
 *     a check says go on, and so do its numbers; only its weight, max and
 *     backup are as told anew.
 *   - Conversations have a share of their upstream, and of no chain.
 *   - Who still looks for a target, or waits for a place with one, goes on in
 *     the new chain, and is not sent twice to one that failed it.
 *   - Names are kept with what is known of them; where one leads elsewhere,
 *     targets_learn() makes a chain of the same wish.
 *   - Checks of those that stay go on, of those that are gone end, and of those
 *     that are new begin.
 *
 * Any thread may set targets, as often as it likes; a lane that slept through
 * some chains takes the newest.
 */
#ifndef PROXY_TARGETS_H
#define PROXY_TARGETS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "proxy/known.h"
#include "proxy/wish.h"

struct proxy_opts;
struct resolver_answer;
struct route;

struct targets {
	pthread_mutex_t lock; /* held for writing, and to take a share */
	struct route *route;  /* a share of the newest chain */
	struct wish wish;     /* of which it was made, */
	struct known *known;  /* with this of its names */
	atomic_uint turn;     /* of it */
	atomic_bool is_ready; /* every route with names has an address */
	bool is_init;
	/* All lanes are to look; NULL: there are none yet. */
	void (*changed)(void *context);
	void *context;
};

/* Those of opts->to and opts->names. 0 or -ENOMEM. */
int targets_init(struct targets *t, const struct proxy_opts *opts);
/* Safe on all zero. */
void targets_done(struct targets *t);
/*
 * From now on those of these options, which are not needed afterwards. 0 or
 * -ENOMEM, and then nobody comes or goes.
 */
int targets_set(struct targets *t, const struct proxy_opts *opts);
/*
 * What was found of a name that may not be among the targets any more; without
 * an address it leads where it did. Whether it leads elsewhere now, or -ENOMEM.
 */
int targets_learn(struct targets *t, const char *host, uint16_t port,
		  const struct resolver_answer *a);
/* Each name among them, with the lock held. */
typedef void targets_name(void *context, const struct known *name);
void targets_each_name(struct targets *t, targets_name *each, void *context);
/* A share of the newest chain. */
struct route *targets_share(struct targets *t);
/* Whether there is a newer one than that. Costs a load. */
bool targets_changed(const struct targets *t, const struct route *have);

#endif
