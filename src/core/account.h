/* SPDX-License-Identifier: MIT */
/*
 * The account: the only place where bytes are counted, so that what was
 * delivered is the sum over the methods by construction.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <pour.h>

/* ── What a small transfer does a few times: a line each, so inline ── */

/* n bytes left the source. */
static inline void pour_note_taken(struct pour *p, int64_t n)
{
	p->account.taken += (uint64_t)n;
	p->dry = 0;
}

/* n bytes of the source reached the destination by that method. */
static inline void pour_note_delivered(struct pour *p, enum pour_method method,
				       int64_t n)
{
	p->account.delivered += (uint64_t)n;
	p->account.moved[method] += (uint64_t)n;
}

/* Both at once, for a method that holds nothing on the way. */
static inline void pour_note_moved(struct pour *p, enum pour_method method,
				   int64_t n)
{
	pour_note_taken(p, n);
	pour_note_delivered(p, method, n);
}

/* A call of that method. */
static inline void pour_note_call(struct pour *p, enum pour_method method)
{
	p->account.calls[method]++;
}

/* n bytes of opts.head, of opts.tail, reached the destination. */
static inline void pour_note_head(struct pour *p, uint64_t n)
{
	p->account.head += n;
}

static inline void pour_note_tail(struct pour *p, uint64_t n)
{
	p->account.tail += n;
}

/* ── The rest ── */

/* n bytes were given to a branch by tee(), or it was not given them. */
void pour_note_teed(struct pour *p, int64_t n);
void pour_note_missed(struct pour *p, uint64_t n);
/* The step ends in these wants; hands them on. */
int pour_note_wants(struct pour *p, int wants);
/* The transfer ended well; 0, or -ENODATA for one that ended short. */
int pour_note_ended(struct pour *p, enum pour_ended ended);
/* The transfer failed with a negative errno on that side; hands it on. */
int pour_note_failed(struct pour *p, enum pour_side side, int64_t error);
/* It was stopped, POUR_ENDED_TIMEOUT or _CANCELLED; a negative errno. */
int pour_note_stopped(struct pour *p, enum pour_ended ended);
/* The method in use was left for an errno. */
void pour_note_left(struct pour *p, int64_t error);

/* Whose fault an error is when one call served both sides. */
enum pour_side pour_side_of(const struct pour *p, int64_t error);

#endif
