/* SPDX-License-Identifier: MIT */
/* Holes of a file that stay holes: POUR_HOLES. */
#ifndef CORE_HOLES_H
#define CORE_HOLES_H

#include <pour.h>

/*
 * The source stands at a hole: makes it one at the destination, and says how
 * many bytes it was. 0: it stands at data, and max is bounded by its end. Or
 * -errno: the source cannot be opened once more.
 */
int64_t pour_hole_take(struct pour *p, uint64_t *max);
/* Closes what was opened. */
void pour_hole_end(struct pour *p);

#endif
