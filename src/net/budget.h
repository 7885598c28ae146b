/* SPDX-License-Identifier: MIT */
/*
 * How many connections the descriptors of a process are good for.
 *
 *      limit ─┬─ threads, listeners, who watches
 *             ├─ kept back, for files or pipes
 *             └─ connections, so many descriptors each
 */
#ifndef NET_BUDGET_H
#define NET_BUDGET_H

#include <stdint.h>

struct budget {
	uint64_t own; /* of the whole: who watches, logs, and so on */
	uint32_t threads, per_thread;
	uint32_t per_connection;
	/* Of the rest one part in so many is kept back, this many at most. */
	uint32_t kept_part, kept_max;
};

/* At least 1. Raises the soft limit of open files to the hard one. */
uint64_t budget_connections(const struct budget *b);

#endif
