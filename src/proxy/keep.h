/* SPDX-License-Identifier: MIT */
/*
 * Peers that are gone without a word are found out by the kernel's own probes
 * (SO_KEEPALIVE). The first of them comes after hours, so who talks for a
 * minute has no use for them: only conversations that last are given them.
 *
 *      talks of a lane:  oldest ─ … ─ last │ younger ─ … ─ newest
 *                          have probes     │  looked at each minute
 */
#ifndef PROXY_KEEP_H
#define PROXY_KEEP_H

#include "base/list.h"
#include "net/timer.h"

struct lane;
struct talk;

enum { KEEP_AFTER_MS = 60 * 1000 };

struct keep {
	struct timer_queue late;
	struct timer look;
	struct list *last; /* of the talks that have probes */
};

void keep_init(struct lane *l);
/* One more is at the end of the lane's talks. */
void keep_began(struct lane *l);
/* This one is about to leave them. */
void keep_leaves(struct talk *t);

#endif
