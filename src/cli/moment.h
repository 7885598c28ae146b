/* SPDX-License-Identifier: MIT */
/* Moments of a clock that nobody sets. */
#ifndef CLI_MOMENT_H
#define CLI_MOMENT_H

#include <stdint.h>
#include <time.h>

#define MOMENT_SECOND UINT64_C(1000000000)

static inline uint64_t moment_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * MOMENT_SECOND + (uint64_t)t.tv_nsec;
}

static inline uint64_t moment_ms(void)
{
	return moment_ns() / (MOMENT_SECOND / 1000);
}

#endif
