/* SPDX-License-Identifier: MIT */
/*
 * The pace: a bucket that fills with opts.rate bytes a second up to opts.burst,
 * and out of which the length of each call is paid; and what pour_allow() left
 * of it, where a limit is shared with others.
 */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include <pour.h>
#include <stdbool.h>

void pour_pace_begin(struct pour *p);
uint64_t pour_pace_bound(struct pour *p, uint64_t max);
void pour_pace_pay(struct pour *p, uint64_t n);

/* Whether there is one at all; most transfers have none. */
static inline bool pour_pace_is_kept(const struct pour *p)
{
	return p->opts.rate > 0 || p->allowed != POUR_ALL;
}

/* Of max bytes, those that may be taken now; 0: p->wait_ns says when, if
 * max is not 0. */
static inline uint64_t pour_pace_allow(struct pour *p, uint64_t max)
{
	return pour_pace_is_kept(p) ? pour_pace_bound(p, max) : max;
}

/* n bytes were taken. */
static inline void pour_pace_spend(struct pour *p, uint64_t n)
{
	if (pour_pace_is_kept(p))
		pour_pace_pay(p, n);
}

#endif
