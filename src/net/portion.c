/* SPDX-License-Identifier: MIT */
/* Reserving and waiting: see portion.h. */
#include "net/portion.h"

#include <time.h>

#include "base/base.h"

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t portion_take(struct portion *p, const struct limits_asker *who,
		      uint64_t max, uint64_t *ret_wait_ns)
{
	uint64_t now = now_ns(), bytes;

	if (p->bytes == 0) {
		p->due_ns = 0;
		p->bytes = limits_reserve(who, max, now, &p->due_ns);
	}
	if (p->due_ns > now) {
		*ret_wait_ns = p->due_ns - now;
		return 0;
	}
	bytes = p->bytes;
	p->bytes = 0;
	return bytes;
}

void portion_give_back(struct portion *p, const struct limits_asker *who,
		       uint64_t left)
{
	uint64_t bytes = left + p->bytes;

	p->bytes = 0;
	if (bytes > 0)
		limits_return(who, bytes);
}
