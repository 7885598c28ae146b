/* SPDX-License-Identifier: MIT */
/*
 * Rates that conversations share, each way: a direction that has something to
 * give asks for a portion, waits for its moment, and may then pass on so much;
 * so splice() stays what moves it. One that is idle holds none.
 *
 *      step ─► WANT_TIME ─► allowance_step ─┬─ a portion ──► step, next turn
 *                                ▲          └─ not yet ──► timer ─┐
 *                                └────────────────────────────────┘
 */
#ifndef PROXY_ALLOWANCE_H
#define PROXY_ALLOWANCE_H

#include <stdint.h>

#include "net/portion.h"

struct talk;

/* Of a conversation whose proxy had a rate when it came; by where it is from. */
struct allowance {
	struct portion from[LIMITS_WAYS];
};

/* The relay was begun: it may pass nothing on yet. */
void allowance_begin(struct talk *t);
/*
 * After a step. 0: there is a portion more, step again; else after so many ns
 * there will be; UINT64_MAX: nobody waits for any.
 */
uint64_t allowance_step(struct talk *t);
/* What it did not use goes back. */
void allowance_end(struct talk *t);

#endif
