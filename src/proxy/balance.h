/* SPDX-License-Identifier: MIT */
/*
 * Which target is next. In each round the best tier that has anybody is
 * chosen from: good ones, then good backups, then those that failed of late,
 * since to try one of them is better than to turn the client away.
 *
 *      targets ── not tried, not down ──► tier ──► one of it, by the method
 */
#ifndef PROXY_BALANCE_H
#define PROXY_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target;

enum balance_method {
	BALANCE_ROUNDROBIN, /* in turn, smoothly by weight */
	BALANCE_LEASTCONN,  /* the fewest connections for its weight */
	BALANCE_RANDOM,     /* the better of two at random */
	BALANCE_HASH,       /* the same client, the same target */
};

/* One thread's memory of whose turn it is; all zero at first. */
struct balance {
	enum balance_method method;
	uint64_t random; /* state of a generator; any seed */
	uint32_t room;
	int64_t *credit; /* of each target */
};

enum { BALANCE_TARGETS_MAX = 1024 };

/* Which ones were tried for this client already; all zero at first. */
struct balance_tried {
	uint64_t bits[BALANCE_TARGETS_MAX / 64];
};

struct balance_choice {
	const struct target *const *targets;
	uint32_t n; /* at most BALANCE_TARGETS_MAX */
	const struct balance_tried *tried;
	uint64_t client; /* a hash of who it is, for BALANCE_HASH */
	uint64_t now_ms;
};

/* What balance_pick() says when it names nobody. */
enum {
	BALANCE_NONE = -1, /* all are down, or were tried */
	BALANCE_FULL = -2, /* some have no place just now */
};

/* The number of the target, BALANCE_NONE, BALANCE_FULL, or -ENOMEM. */
int balance_pick(struct balance *b, const struct balance_choice *c);
void balance_mark(struct balance_tried *t, uint32_t i);
bool balance_was_tried(const struct balance_tried *t, uint32_t i);
void balance_done(struct balance *b);
/* Of any bytes, such as an address's; equal on all machines and runs. */
uint64_t balance_hash(const void *bytes, size_t n);

#endif
