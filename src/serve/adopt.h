/* SPDX-License-Identifier: MIT */
/*
 * How a worker comes by what it serves, at the start and at each reload.
 *
 *      serve_reload() ── change ──► worker, at the end of its turn
 *           ▲                          │ new listeners, new sites, no more
 *           └───────── adopted ────────┘ of those that are gone
 *
 * Answers that are under way keep what they began with, by a lease.
 */
#ifndef SERVE_ADOPT_H
#define SERVE_ADOPT_H

#include <semaphore.h>
#include <stdint.h>

struct newcomer;
struct serve_opts;
struct sites;
struct worker;

/* A generation of sites as one worker holds it. */
struct lease {
	struct sites *sites; /* one share */
	uint32_t answers;    /* that are under way with it */
};

struct change {
	struct sites *sites;           /* the worker takes a share of its own */
	const struct serve_opts *opts; /* its times; defaults filled in */
	const uint32_t *keep;          /* the ids that go on */
	uint32_t n_keep;
	const struct newcomer *newcomers; /* the worker's from then on */
	uint32_t n_newcomers;
	sem_t *adopted; /* posted when it is done with the change */
	int result;     /* 0 or -errno */
};

/* In the worker's own thread, or before that runs. Sets c->result. */
void adopt(struct worker *w, struct change *c);
/*
 * From another thread: the worker adopts c at the end of its turn. One that
 * has ended declines at once. Whoever offers waits for c->adopted, and only
 * then offers the next.
 */
void adopt_offer(struct worker *w, struct change *c);
/* At the end of a turn. */
void adopt_offered(struct worker *w);
/* The worker ends: nothing is adopted any more. */
void adopt_nothing_more(struct worker *w);
/* Gives its own lease back. All answers must have ended. */
void adopt_end(struct worker *w);

/* What an answer that begins now is of; it goes back when that has ended. */
struct lease *adopt_take(struct worker *w);
/* Safe on NULL. */
void adopt_give(struct worker *w, struct lease *lease);

#endif
