/* SPDX-License-Identifier: MIT */
/* The clocks of a measurement, in nanoseconds. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_SECOND UINT64_C(1000000000)

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * CLOCK_SECOND + (uint64_t)t.tv_nsec;
}

/* Of the wall; and what the scheduler gave to this thread. */
static inline uint64_t clock_wall(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t clock_cpu(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline double clock_seconds(uint64_t ns)
{
	return (double)ns / (double)CLOCK_SECOND;
}

#endif
