/* SPDX-License-Identifier: MIT */
/* Which methods for which pair, in which order. */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include <pour.h>

/* Fills p->plan. 0, or -EINVAL: nothing that is allowed suits. */
int pour_plan(struct pour *p);

#endif
