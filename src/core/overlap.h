/* SPDX-License-Identifier: MIT */
/* One file at both ends: whether the transfer would read what it wrote. */
#ifndef CORE_OVERLAP_H
#define CORE_OVERLAP_H

#include <pour.h>
#include <stdbool.h>

/* Of two ends that are files, which it asks who they are. */
bool pour_overlaps(struct pour *p);

#endif
