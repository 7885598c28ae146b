/* SPDX-License-Identifier: MIT */
/*
 * The names among the targets, asked for again and again, by one lane for all:
 *
 *      ask ─┬─ found: where it leads is told to all lanes ─► after its TTL ─┐
 *       ▲   └─ not: it leads where it did; said, rarely ─► a bit later ─────┤
 *       └───────────────────────────────────────────────────────────────────┘
 */
#ifndef PROXY_NAMES_H
#define PROXY_NAMES_H

#include <stdint.h>

#include "base/list.h"
#include "net/timer.h"

struct lane;
struct resolver;

struct names {
	struct resolver *resolver; /* NULL: nothing was asked yet */
	struct timer_queue again;
	struct list all;
	uint32_t turn; /* of the last look at which names there are */
	bool begun;
};

/* The first questions are sent at once. In the lane's thread, as all of it. */
void names_begin(struct lane *l);
/* The targets are others: names that stay go on. */
void names_renew(struct lane *l);
/* The rules are others: all names are asked for again, by these. */
void names_change(struct lane *l);
/* Safe where none began. */
void names_done(struct lane *l);

#endif
