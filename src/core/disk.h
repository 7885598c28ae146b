/* SPDX-License-Identifier: MIT */
/*
 * POUR_NODISK: asks whether the next range of a file is in memory before a call
 * that would wait for the disk if it were not. O_NONBLOCK has no say there.
 */
#ifndef CORE_DISK_H
#define CORE_DISK_H

#include <pour.h>
#include <stdbool.h>

uint64_t pour_disk_bound(struct pour *p, uint64_t max);

/* Of max bytes, those that are in memory; 0: none, the disk is needed. */
static inline uint64_t pour_disk_allow(struct pour *p, uint64_t max)
{
	bool asks = p->opts.flags & POUR_NODISK && p->src.kind == POUR_FILE;

	return asks ? pour_disk_bound(p, max) : max;
}

#endif
