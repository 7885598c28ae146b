/* SPDX-License-Identifier: MIT */
/* One file at both ends: whether the transfer would read what it wrote. */
#ifndef CORE_OVERLAP_H
#define CORE_OVERLAP_H

#include <pour.h>
#include <stdbool.h>

/* Of two ends that are files. */
bool pour_overlaps(const struct pour *p);

#endif
