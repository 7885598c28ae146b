/* SPDX-License-Identifier: MIT */
/* A limit, and what comes off it: see budget.h. */
#include "net/budget.h"

#include "base/base.h"
#include "net/sock.h"

uint64_t budget_connections(const struct budget *b)
{
	uint64_t limit = sock_raise_fd_limit();
	uint64_t own = b->own + (uint64_t)b->threads * b->per_thread;
	uint64_t left = limit > own ? limit - own : 0;

	left -= MIN(left / b->kept_part, (uint64_t)b->kept_max);
	return MAX(left / b->per_connection, UINT64_C(1));
}
