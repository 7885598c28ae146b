/* SPDX-License-Identifier: MIT */
/*
 * Waits of any length, where timer.h has a queue for each: there are queues of
 * 1, 2, 4, … ms, and a wait goes from a longer to a shorter one until it is
 * over, which takes a dozen moves at most.
 *
 *      700 ms ──► 512 ──► 128 ──► 32 ──► 16 ──► 8 ──► 4 ──► over
 */
#ifndef NET_WAITS_H
#define NET_WAITS_H

#include <stdint.h>

#include "net/timer.h"

struct loop;

enum { WAITS_QUEUES = 12 };

struct waits {
	struct timer_queue queues[WAITS_QUEUES];
};

/* fired finds out whether it is over, and if not, waits for the rest. */
void waits_init(struct waits *w, struct loop *l, timer_fired *fired);
/* Fires in at most so many ms, and in not less than half of them. */
void waits_start(struct waits *w, struct timer *t, uint64_t ms,
		 uint64_t now_ms);

#endif
