/* SPDX-License-Identifier: MIT */
/*
 * One address that connections can go to, as all threads see it: how many are
 * there, and whether it can be trusted.
 *
 *      target_enter ─► dial ─┬─► target_worked ─► relay ─┬─► target_leave
 *                            └─► target_failed ──────────┘
 *
 * Failures in a row put it out of the game for a while. A check, where there
 * is one, has the last word: what it found down stays so until it is up again.
 */
#ifndef PROXY_TARGET_H
#define PROXY_TARGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

enum { TARGET_WEIGHT_MAX = 256 };

struct target {
	struct addr addr;
	/* These three may be told anew while it works. */
	atomic_uint weight; /* 1 to TARGET_WEIGHT_MAX */
	atomic_uint max;    /* connections at a time; 0: as many as come */
	atomic_bool backup; /* only for when no other one is to be had */
	atomic_uint active;
	atomic_uint failures;     /* in a row */
	atomic_ullong back_at_ms; /* on the loop's clock; out until then */
	atomic_bool down;         /* says the check */
};

/* How trust is lost and comes back. */
struct target_trust {
	uint32_t failures; /* in a row, until it is put out; 0: never */
	uint32_t out_ms;   /* for how long */
};

enum target_state {
	TARGET_GOOD,
	TARGET_FULL, /* good, and has as many as it may */
	TARGET_OUT, /* it failed too often; one may try it when all else fails */
	TARGET_DOWN, /* a check says so: never */
};

enum target_state target_state(const struct target *t, uint64_t now_ms);

uint32_t target_weight(const struct target *t);
bool target_is_backup(const struct target *t);

/* Takes a place, whatever its state; false: it has as many as it may. */
bool target_enter(struct target *t);
void target_leave(struct target *t);
/* What came of a try to connect. */
void target_worked(struct target *t);
void target_failed(struct target *t, const struct target_trust *trust,
		   uint64_t now_ms);

#endif
