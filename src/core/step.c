/* SPDX-License-Identifier: MIT */
/*
 * The step of a transfer: all the control flow there is.
 *
 *      ┌─► anything held? ── give ──► destination        EAGAIN: want DST
 *      │   in the pipe, of a method that was left? read it back
 *      │   source over? ── tail ──► wait for acks ──► end
 *      │   budget, pace, disk? ──► answer
 *      └── take: buffered bytes, a hole, the source      EAGAIN: want SRC
 *              └── does not suit: next method, same byte
 *
 * Nothing is taken while anything is held, so a method is only ever left with
 * nothing on the way but what copying can finish.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/around.h"
#include "core/disk.h"
#include "core/holes.h"
#include "core/leave.h"
#include "core/method.h"
#include "core/pace.h"
#include "core/signals.h"
#include "core/stream.h"
#include "core/sys.h"

#define BUDGET_DEFAULT (UINT64_C(1) << 20)

/* ── Giving ── */

static int after_give_error(struct pour *p, int64_t error)
{
	if (error == -EAGAIN) {
		/* Left unread, answers about sent memory are POLLERR for ever. */
		(void)pour_zerocopy_read(p);
		return POUR_WANT_DST;
	}
	if (error == -EINTR)
		return POUR_WANT_CPU;
	if (p->in_pipe > 0 && p->held_len == 0 && pour_does_not_suit(p, error))
		return pour_leave_pipe(p, error);
	/* A write that takes nothing and says no errno would never end. */
	return pour_note_failed(p, POUR_SIDE_DST, error == 0 ? -EIO : error);
}

static int give(struct pour *p)
{
	int64_t n = p->held_len > 0 ? pour_copy_give(p)
				    : pour_current(p)->give(p);

	return n > 0 ? GO_ON : after_give_error(p, n);
}

/* A pipe that is ours cannot fail to be read, unless memory is short. */
static int take_from_pipe(struct pour *p)
{
	int64_t n = pour_copy_from_pipe(p);

	if (n > 0)
		return GO_ON;
	if (n == -EINTR)
		return POUR_WANT_CPU;
	return pour_note_failed(p, POUR_SIDE_DST, n == 0 ? -EIO : n);
}

/* The head by itself, unless copying takes it along with the body. */
static int send_head(struct pour *p)
{
	while (p->account.head < p->opts.head_size) {
		int64_t n;

		if (p->head_held > 0 ||
		    (p->small && p->plan[p->now] == POUR_BY_COPY))
			return GO_ON;
		n = pour_send_head(p);
		if (n <= 0)
			return after_give_error(p, n);
	}
	return GO_ON;
}

/* ── The end ── */

static int source_ended(struct pour *p)
{
	int r = pour_confirm_end(p);

	if (r == 0)
		p->over = p->opts.flags & POUR_EXACT ? POUR_ENDED_SHORT
						     : POUR_ENDED_SOURCE;
	return r == 0 ? GO_ON : r;
}

/* A tail belongs to a body that is complete. */
static int finish(struct pour *p)
{
	int lacking;

	while (p->over != POUR_ENDED_SHORT &&
	       p->account.tail < p->opts.tail_size) {
		int64_t n = pour_send_tail(p);

		if (n <= 0)
			return after_give_error(p, n);
	}
	lacking = pour_zerocopy_read(p);
	if (lacking > 0)
		return POUR_WANT_ACK;
	if (lacking < 0)
		return pour_note_failed(p, POUR_SIDE_DST, lacking);
	return pour_note_ended(p, p->over);
}

/* ── Taking ── */

static int after_take_error(struct pour *p, int64_t error)
{
	enum pour_side side = pour_current(p)->give != NULL
				      ? POUR_SIDE_SRC
				      : pour_side_of(p, error);

	/* The head goes out first; an error is said only once, so at once. */
	if (p->held_len > 0 && (error == 0 || error == -EAGAIN))
		return GO_ON;
	if (error == 0)
		return source_ended(p);
	if (error == -EINTR)
		return POUR_WANT_CPU;
	if (pour_does_not_suit(p, error))
		return pour_leave(p, side, error);
	if (error == -EAGAIN)
		return pour_blocked(p);
	return pour_note_failed(p, side, error);
}

static int take(struct pour *p, uint64_t max)
{
	uint64_t before = p->account.taken;
	int64_t n;

	max = pour_leave_last_piece(p, max);
	n = pour_current(p)->take(p, max);
	if (n <= 0)
		return after_take_error(p, n);
	pour_pace_spend(p, p->account.taken - before);
	pour_stream_took(p, n);
	return GO_ON;
}

/* What this step may still take; 0: the budget is spent. */
static uint64_t allowance(const struct pour *p, uint64_t before)
{
	uint64_t budget = p->opts.budget ? p->opts.budget : BUDGET_DEFAULT;
	uint64_t spent = p->account.taken - before;
	uint64_t left = p->limit - p->account.taken, rest;

	if (spent >= budget)
		return 0;
	rest = budget - spent;
	return left - MIN(left, rest) <= budget / 4 ? left : rest;
}

static int take_hole(struct pour *p, uint64_t *max)
{
	int64_t n;

	if (!(p->opts.flags & POUR_HOLES) || p->plan[p->now] == POUR_BY_CLONE)
		return 0;
	n = pour_hole_take(p, max);
	if (n < 0)
		return pour_note_failed(p, POUR_SIDE_SRC, n);
	return n > 0 ? GO_ON : 0;
}

/*
 * Nothing may be taken for now. Who has something to give waits for that; an
 * idle source is waited for as ever, and its end needs no allowance.
 */
static int held_back(struct pour *p)
{
	int64_t n = pour_look_ahead(p);

	if (n > 0)
		return POUR_WANT_TIME;
	if (n == 0)
		return source_ended(p);
	if (n == -EINTR)
		return POUR_WANT_CPU;
	if (n != -EAGAIN)
		return pour_note_failed(p, POUR_SIDE_SRC, n);
	pour_stream_paused(p);
	return POUR_WANT_SRC;
}

/* Of the source, where buffered bytes, pace and disk have nothing against. */
static int take_some(struct pour *p, uint64_t max)
{
	int r;

	if (pour_stream_is_empty(p)) {
		pour_stream_paused(p);
		return POUR_WANT_SRC;
	}
	max = pour_pace_allow(p, max);
	if (max == 0)
		return held_back(p);
	if (pour_take_buffered(p, max) > 0) {
		pour_pace_spend(p, p->held_len);
		return GO_ON;
	}
	r = take_hole(p, &max);
	if (r != 0)
		return r;
	max = pour_disk_allow(p, max);
	return max > 0 ? take(p, max) : POUR_WANT_DISK;
}

/* ── The step ── */

static int advance(struct pour *p, uint64_t before)
{
	uint64_t max;

	if (p->held_len > 0 ||
	    (p->in_pipe > 0 && p->plan[p->now] == POUR_BY_PIPE))
		return give(p);
	if (p->in_pipe > 0)
		return take_from_pipe(p);
	if (p->account.taken == p->limit && p->over == POUR_ENDED_NOT)
		p->over = POUR_ENDED_LIMIT;
	if (p->over != POUR_ENDED_NOT)
		return finish(p);
	max = allowance(p, before);
	return max > 0 ? take_some(p, max) : POUR_WANT_CPU;
}

static int move(struct pour *p)
{
	uint64_t before = p->account.taken;
	int r = GO_ON;

	while (r == GO_ON) {
		r = send_head(p);
		if (r == GO_ON)
			r = advance(p, before);
	}
	return r;
}

int pour_step(struct pour *p)
{
	struct signals signals;
	int r;

	if (p->account.ended != POUR_ENDED_NOT)
		return -p->account.error;
	p->shallow = 0;
	pour_signals_mask(p, &signals);
	r = move(p);
	pour_signals_unmask(&signals);
	if (r <= 0 || (p->opts.pool != NULL && r != POUR_WANT_CPU))
		pour_give_back_clean(p);
	return r > 0 ? pour_note_wants(p, r) : r;
}
