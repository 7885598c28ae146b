/* SPDX-License-Identifier: MIT */
/*
 * What a blocking driver watches beside readiness: the deadline, the time in
 * which nothing is delivered, the rate that must be kept, and the word to stop.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include <pour.h>

struct watch {
	uint64_t moved;     /* bytes delivered when last looked at */
	int64_t acked;      /* and of those, what the peer acknowledged */
	uint64_t quiet_ns;  /* since when neither grew */
	uint64_t window_ns; /* when the window of the rate began */
	uint64_t window_moved;
};

void pour_watch_begin(struct watch *w, const struct pour *p);
/* Time is up, or somebody said stop: how it ends; or POUR_ENDED_NOT. */
enum pour_ended pour_watch_look(struct watch *w, const struct pour *p);
/* How long to wait at most, in ms for poll(); -1: for ever. */
int pour_watch_ms(const struct watch *w, const struct pour *p, int want);

#endif
