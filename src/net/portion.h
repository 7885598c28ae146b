/* SPDX-License-Identifier: MIT */
/*
 * A portion of rates that are shared: reserved, waited for, and then yours.
 *
 *      take ─► none reserved: limits_reserve ─► its moment? ── come ──► bytes
 *                                                   └ wait, take again ─┘
 */
#ifndef NET_PORTION_H
#define NET_PORTION_H

#include <stdint.h>

#include "net/limits.h"

/* All zero at first. */
struct portion {
	uint64_t bytes;  /* reserved and waited for; 0: none */
	uint64_t due_ns; /* from this moment on they may go */
};

/*
 * Bytes that may go now, at most max; UINT64_MAX: there is no rate; 0: ask
 * again in *ret_wait_ns.
 */
uint64_t portion_take(struct portion *p, const struct limits_asker *who,
		      uint64_t max, uint64_t *ret_wait_ns);
/* What is waited for goes back, and what is left of bytes that were taken. */
void portion_give_back(struct portion *p, const struct limits_asker *who,
		       uint64_t left);

#endif
