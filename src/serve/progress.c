/* SPDX-License-Identifier: MIT */
/* Looks and windows: see progress.h. */
#include "serve/progress.h"

void progress_begin(struct progress *p, int64_t bytes)
{
	*p = (struct progress){ .seen = bytes, .window = bytes };
}

bool progress_look(struct progress *p, int64_t bytes, uint64_t least)
{
	p->still = bytes == p->seen ? (uint8_t)(p->still + 1) : 0;
	p->seen = bytes;
	if (p->still >= PROGRESS_LOOKS)
		return false;
	if (++p->looks < PROGRESS_LOOKS)
		return true;
	if (bytes - p->window < (int64_t)least)
		return false;
	p->looks = 0;
	p->window = bytes;
	return true;
}
