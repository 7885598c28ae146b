/* SPDX-License-Identifier: MIT */
/* When memory goes back: see ebb.h. */
#include "net/ebb.h"

#include <malloc.h>

/* Fewer have too little for it. */
enum { CROWD = 1024 };

bool ebb_note(struct ebb *e, uint64_t n)
{
	if (n > e->most)
		e->most = n;
	e->crowded |= n >= CROWD;
	if (!e->crowded || n > e->most / 4)
		return false;
	e->most = n;
	e->crowded = n > 0;
	return true;
}

void ebb_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}
