/* SPDX-License-Identifier: MIT */
/*
 * The pace: a bucket that fills with opts.rate bytes a second up to opts.burst,
 * and out of which the length of each call is paid; and what pour_allow() left
 * of it, where a limit is shared with others.
 */
#ifndef CORE_PACE_H
#define CORE_PACE_H

#include <pour.h>

void pour_pace_begin(struct pour *p);
/* Of max bytes, those that may be taken now; 0: p->wait_ns says when, if
 * max is not 0. */
uint64_t pour_pace_allow(struct pour *p, uint64_t max);
/* n bytes were taken. */
void pour_pace_spend(struct pour *p, uint64_t n);

#endif
