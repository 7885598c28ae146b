/* SPDX-License-Identifier: MIT */
/*
 * When a method is left: for named errnos only, always at the same byte; and
 * which side to wait for, when a call that served both said "not now".
 */
#ifndef CORE_LEAVE_H
#define CORE_LEAVE_H

#include <pour.h>
#include <stdbool.h>

#include "core/method.h"

/* Inside a step: nothing to tell yet, go round again. */
enum { GO_ON = 1 << 16 };

static inline const struct method *pour_current(const struct pour *p)
{
	return pour_methods[p->plan[p->now]];
}

bool pour_does_not_suit(const struct pour *p, int64_t error);
/* Goes on to the next method: GO_ON; or -errno, there is none. */
int pour_leave(struct pour *p, enum pour_side side, int64_t error);
/* The same with bytes in the pipe, which only copying can finish. */
int pour_leave_pipe(struct pour *p, int64_t error);
/* The method in use said EAGAIN to take: wants, GO_ON, or -errno. */
int pour_blocked(struct pour *p);
/* What lies there to be taken, without taking it: 1: something, or nobody can
 * tell; 0: the end; -EAGAIN: nothing yet; or how the source failed. */
int64_t pour_look_ahead(const struct pour *p);
/* It said 0: the source ended (0), or it did not (GO_ON), or -errno. */
int pour_confirm_end(struct pour *p);

#endif
