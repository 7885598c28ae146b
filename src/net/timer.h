/* SPDX-License-Identifier: MIT */
/*
 * Deadlines. A server has few durations and many timers, so each duration is a
 * queue of its own: starting a timer appends it, and the head is due first.
 * Starting, restarting and stopping cost the same few instructions.
 *
 *      head ◄─ due first ─ … ─ due last ◄─ timer_start()
 */
#ifndef NET_TIMER_H
#define NET_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

struct timer {
	struct list link;
	uint64_t due_ms;
};

/* Called with the timer stopped already; may start it again or free it. */
typedef void timer_fired(struct timer *timer);

struct timer_queue {
	struct list timers;
	struct list link; /* in the loop's list of queues */
	uint32_t after_ms;
	timer_fired *fired;
};

void timer_init(struct timer *t);
/* after_ms 0: timers of this queue never fire. */
void timer_queue_init(struct timer_queue *q, uint32_t after_ms,
		      timer_fired *fired);
/* (Re)starts t to fire q->after_ms after now_ms. */
void timer_start(struct timer_queue *q, struct timer *t, uint64_t now_ms);
void timer_stop(struct timer *t);
/* Most queues are, most of the time. */
static inline bool timer_queue_is_empty(const struct timer_queue *q)
{
	return list_is_empty(&q->timers);
}
/* Fires what is due. */
void timer_queue_fire(struct timer_queue *q, uint64_t now_ms);
/* Milliseconds from now_ms to the first deadline; UINT64_MAX: none. */
uint64_t timer_queue_next(const struct timer_queue *q, uint64_t now_ms);

#endif
