/* SPDX-License-Identifier: MIT */
/*
 * Whether targets answer, asked every so often, by one lane for all:
 *
 *      every so many ms ─► connect ─┬─ answered ─────────┬─► so many in a row:
 *                                   └─ refused, or late ─┘   it is up, or down
 *
 * One that is down is sent nobody; conversations that it has go on.
 */
#ifndef PROXY_CHECK_H
#define PROXY_CHECK_H

#include <stdbool.h>

#include "base/list.h"
#include "net/timer.h"

struct check;
struct lane;

struct checks {
	struct timer_queue next, late;
	struct list all;
	bool begun;
};

void checks_init(struct lane *l);
/* The first ones begin at once. In the lane's own thread, as all of these. */
void checks_begin(struct lane *l);
/* The lane's routes or rules are others: checks of those that stay go on. */
void checks_renew(struct lane *l);
/* Safe where none began. */
void checks_done(struct lane *l);

#endif
