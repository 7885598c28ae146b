/* SPDX-License-Identifier: MIT */
/* Queues of powers of two: see waits.h. */
#include "net/waits.h"

#include "base/base.h"
#include "net/loop.h"

void waits_init(struct waits *w, struct loop *l, timer_fired *fired)
{
	for (uint32_t i = 0; i < WAITS_QUEUES; i++) {
		timer_queue_init(&w->queues[i], UINT32_C(1) << i, fired);
		loop_add_queue(l, &w->queues[i]);
	}
}

void waits_start(struct waits *w, struct timer *t, uint64_t ms, uint64_t now_ms)
{
	uint32_t i = 0;

	while (i + 1 < WAITS_QUEUES && UINT64_C(2) << i <= ms)
		i++;
	timer_start(&w->queues[i], t, now_ms);
}
