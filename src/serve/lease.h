/* SPDX-License-Identifier: MIT */
/*
 * What a worker serves changes; answers that are under way keep what they began
 * with, by a lease.
 *
 *      reload ──► lease_change ──► the worker's lease ──► lease_take ─► answer
 *                     │                                                   │
 *                     └► the one before, until lease_give ◄───────────────┘
 */
#ifndef SERVE_LEASE_H
#define SERVE_LEASE_H

#include <stdint.h>

struct sites;
struct worker;

/* A generation of sites as one worker holds it. */
struct lease {
	struct sites *sites; /* one share */
	uint32_t answers;    /* that are under way with it */
};

/* Takes a share of its own. 0 or -ENOMEM. */
int lease_change(struct worker *w, struct sites *sites);
/* Gives the worker's own back. All answers must have ended. */
void lease_end(struct worker *w);

/* What an answer that begins now is of; it goes back when that has ended. */
struct lease *lease_take(struct worker *w);
/* Safe on NULL. */
void lease_give(struct worker *w, struct lease *lease);

#endif
