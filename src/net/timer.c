/* SPDX-License-Identifier: MIT */
/* Deadlines, a queue for each duration: see timer.h. */
#include "net/timer.h"

#include "base/base.h"

void timer_init(struct timer *t)
{
	list_init(&t->link);
	t->due_ms = 0;
}

void timer_queue_init(struct timer_queue *q, uint32_t after_ms,
		      timer_fired *fired)
{
	list_init(&q->timers);
	list_init(&q->link);
	q->after_ms = after_ms;
	q->fired = fired;
}

void timer_start(struct timer_queue *q, struct timer *t, uint64_t now_ms)
{
	list_remove(&t->link);
	t->due_ms = now_ms + q->after_ms;
	list_append(&q->timers, &t->link);
}

void timer_stop(struct timer *t)
{
	list_remove(&t->link);
}

static struct timer *first(const struct timer_queue *q)
{
	if (q->after_ms == 0 || list_is_empty(&q->timers))
		return NULL;
	return container_of(q->timers.next, struct timer, link);
}

void timer_queue_fire(struct timer_queue *q, uint64_t now_ms)
{
	struct timer *t;

	/* One that is started again is due later, so this ends. */
	while ((t = first(q)) != NULL && t->due_ms <= now_ms) {
		list_remove(&t->link);
		q->fired(t);
	}
}

uint64_t timer_queue_next(const struct timer_queue *q, uint64_t now_ms)
{
	const struct timer *t = first(q);

	if (t == NULL)
		return UINT64_MAX;
	return t->due_ms > now_ms ? t->due_ms - now_ms : 0;
}
