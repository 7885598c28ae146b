/* SPDX-License-Identifier: MIT */
/* Places in a row, for bytes: see rate.h. */
#include "net/rate.h"

#include "base/base.h"

#define SECOND UINT64_C(1000000000)

enum {
	PORTIONS = 100, /* a second */
	PORTION_MIN = 4 * 1024,
	PORTION_MAX = 1 << 20,
	SLOW = 4, /* portions a second, at least, whatever the rate */
};

#define BURST (SECOND / 8)

uint64_t rate_portion(uint64_t per_second)
{
	uint64_t n = MAX(per_second / PORTIONS, (uint64_t)PORTION_MIN);

	n = MIN(n, MAX(per_second / SLOW, UINT64_C(1)));
	return MIN(n, (uint64_t)PORTION_MAX);
}

static uint64_t time_for(uint64_t bytes, uint64_t per_second)
{
	return bytes / per_second * SECOND +
	       (uint64_t)((unsigned __int128)(bytes % per_second) * SECOND /
			  per_second);
}

uint64_t rate_reserve(struct rate *r, uint64_t per_second, uint64_t bytes,
		      uint64_t now_ns)
{
	uint64_t took = time_for(bytes, per_second);
	uint64_t earliest = now_ns > BURST ? now_ns - BURST : 0;
	unsigned long long next = atomic_load_explicit(&r->next_ns,
						       memory_order_relaxed);
	uint64_t mine;

	do {
		mine = MAX((uint64_t)next, earliest);
	} while (!atomic_compare_exchange_weak_explicit(
		&r->next_ns, &next, mine + took, memory_order_relaxed,
		memory_order_relaxed));
	return mine;
}

void rate_return(struct rate *r, uint64_t per_second, uint64_t bytes)
{
	atomic_fetch_sub_explicit(&r->next_ns, time_for(bytes, per_second),
				  memory_order_relaxed);
}

bool rate_is_rested(const struct rate *r, uint64_t now_ns)
{
	return atomic_load_explicit(&r->next_ns, memory_order_relaxed) +
		       BURST <=
	       now_ns;
}
