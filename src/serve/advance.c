/* SPDX-License-Identifier: MIT */
/* Looks and windows: see advance.h. */
#include "serve/advance.h"

void advance_begin(struct advance *p, int64_t bytes)
{
	*p = (struct advance){ .seen = bytes, .window = bytes };
}

bool advance_look(struct advance *p, int64_t bytes, uint64_t least)
{
	p->still = bytes == p->seen ? (uint8_t)(p->still + 1) : 0;
	p->seen = bytes;
	if (p->still >= ADVANCE_LOOKS)
		return false;
	if (++p->looks < ADVANCE_LOOKS)
		return true;
	if (bytes - p->window < (int64_t)least)
		return false;
	p->looks = 0;
	p->window = bytes;
	return true;
}
