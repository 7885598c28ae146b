/* SPDX-License-Identifier: MIT */
/*
 * A number that one thread writes and every thread may read: an addition
 * without a lock, and never half a number. What several threads count is
 * summed by whoever reads.
 */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

struct counter {
	_Atomic uint64_t n;
};

static inline uint64_t counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->n, memory_order_relaxed);
}

static inline void counter_set(struct counter *c, uint64_t n)
{
	atomic_store_explicit(&c->n, n, memory_order_relaxed);
}

static inline void counter_add(struct counter *c, uint64_t n)
{
	counter_set(c, counter_get(c) + n);
}

#endif
