/* SPDX-License-Identifier: MIT */
/*
 * The step of a transfer: all the control flow there is.
 *
 *      ┌─► anything held? ── give ──► destination        EAGAIN: want DST
 *      │   in the pipe, of a method that was left? read it back
 *      │   limit reached? budget spent? ──► answer
 *      └── take from the source                          EAGAIN: want SRC
 *              └── does not suit: next method, same byte
 *
 * Nothing is taken while anything is held, so a method is only ever left with
 * nothing on the way but what copying can finish.
 */
#include <errno.h>
#include <sys/socket.h>

#include "core/account.h"
#include "core/method.h"
#include "core/signals.h"
#include "core/sys.h"

#define BUDGET_DEFAULT (UINT64_C(1) << 20)

/* Inside a step: nothing to tell yet, go round again. */
enum { GO_ON = 1 << 16 };

static const struct method *current(const struct pour *p)
{
	return pour_method(p->plan[p->now]);
}

/* ── Methods are left for named errnos only ── */

static bool is_among(const int *errnos, int64_t error)
{
	for (; *errnos != 0; errnos++)
		if (error == -*errnos)
			return true;
	return false;
}

static bool does_not_suit(const struct pour *p, int64_t error)
{
	const struct method *m = current(p);

	return is_among(m->left_for, error) ||
	       (p->account.moved[p->plan[p->now]] == 0 &&
		is_among(m->left_at_first_for, error));
}

/* Goes on to the next method; -errno when there is none. */
static int leave(struct pour *p, enum pour_side side, int64_t error)
{
	pour_note_left(p, error);
	if (p->plan[p->now + 1] == POUR_METHODS)
		return pour_note_failed(p, side, error);
	p->now++;
	return GO_ON;
}

/* Only copying can finish what lies in the pipe. */
static int leave_pipe(struct pour *p, int64_t error)
{
	size_t i = p->now;

	while (p->plan[i] != POUR_BY_COPY && p->plan[i] != POUR_METHODS)
		i++;
	pour_note_left(p, error);
	if (p->plan[i] == POUR_METHODS)
		return pour_note_failed(p, POUR_SIDE_DST, error);
	p->now = (uint8_t)i;
	return GO_ON;
}

/* ── One side said "not now" ── */

/*
 * A direct call with EAGAIN does not say which side it meant, so both are
 * asked; waiting for the wrong one would spin. Where both claim to be ready,
 * and again, copying finds out (out-of-band data does that).
 */
static int blocked_between(struct pour *p)
{
	struct pollfd fds[2] = {
		{.fd = p->src.fd,  .events = POLLIN },
		{ .fd = p->dst.fd, .events = POLLOUT}
	};

	if (p->src.kind == POUR_FILE)
		return POUR_WANT_DST;
	if (p->dst.kind == POUR_FILE)
		return POUR_WANT_SRC;
	(void)pour_sys_poll(fds, 2, 0);
	if (fds[0].revents == 0)
		return POUR_WANT_SRC;
	if (fds[1].revents == 0)
		return POUR_WANT_DST;
	if (p->dry++ == 0)
		return GO_ON;
	return leave(p, POUR_SIDE_SRC, -EAGAIN);
}

/* ── The two halves ── */

static int after_give_error(struct pour *p, int64_t error)
{
	if (error == -EAGAIN)
		return POUR_WANT_DST;
	if (error == -EINTR)
		return POUR_WANT_CPU;
	if (p->in_pipe > 0 && does_not_suit(p, error))
		return leave_pipe(p, error);
	/* A write that takes nothing and says no errno would never end. */
	return pour_note_failed(p, POUR_SIDE_DST, error == 0 ? -EIO : error);
}

static int give(struct pour *p)
{
	int64_t n = current(p)->give(p);

	return n > 0 ? GO_ON : after_give_error(p, n);
}

static int source_ended(struct pour *p)
{
	bool is_short = p->opts.flags & POUR_EXACT;

	/* A file whose size nobody knows (procfs) reads as empty by other
	 * means: before the first byte read() has the last word. */
	if (p->account.taken == 0 && p->src.kind == POUR_FILE &&
	    p->plan[p->now + 1] != POUR_METHODS)
		return leave(p, POUR_SIDE_SRC, -ENODATA);
	return pour_note_ended(p,
			       is_short ? POUR_ENDED_SHORT : POUR_ENDED_SOURCE);
}

static int after_take_error(struct pour *p, int64_t error)
{
	bool holds = current(p)->give != NULL;

	if (p->held_len > 0)
		return GO_ON; /* the head goes out first */
	if (error == 0)
		return source_ended(p);
	if (error == -EINTR)
		return POUR_WANT_CPU;
	if (error == -EAGAIN)
		return holds ? POUR_WANT_SRC : blocked_between(p);
	if (does_not_suit(p, error))
		return leave(p, POUR_SIDE_SRC, error);
	return pour_note_failed(
		p, holds ? POUR_SIDE_SRC : pour_side_of(p, error), error);
}

static int take(struct pour *p, uint64_t max)
{
	int64_t n = current(p)->take(p, max);

	return n > 0 ? GO_ON : after_take_error(p, n);
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

/* ── The head ── */

static int64_t send_some_head(struct pour *p)
{
	const char *next = (const char *)p->opts.head + p->account.head;
	uint64_t left = p->opts.head_size - p->account.head;
	int more = p->limit > p->account.taken ? MSG_MORE : 0;

	if (p->dst.kind == POUR_SOCKET)
		return pour_sys_send(p->dst.fd, next, left, more);
	return pour_sys_write(p->dst.fd, next, left, POUR_HERE);
}

/* The head by itself, unless copying takes it along with the body. */
static int send_head(struct pour *p)
{
	while (p->account.head < p->opts.head_size) {
		int64_t n;

		if (p->head_held > 0 ||
		    (p->small && p->plan[p->now] == POUR_BY_COPY))
			return GO_ON;
		n = send_some_head(p);
		if (n <= 0)
			return after_give_error(p, n);
		p->account.head += (uint64_t)n;
	}
	return GO_ON;
}

/* ── The step ── */

/* What this step may still take; 0: the budget is spent. */
static uint64_t allowance(const struct pour *p, uint64_t before)
{
	uint64_t budget = p->opts.budget ? p->opts.budget : BUDGET_DEFAULT;
	uint64_t spent = p->account.taken - before;
	uint64_t left = p->limit - p->account.taken;

	if (spent >= budget)
		return 0;
	return left <= budget - spent + budget / 4 ? left : budget - spent;
}

static int advance(struct pour *p, uint64_t before)
{
	uint64_t max;

	if (p->held_len > 0 ||
	    (p->in_pipe > 0 && p->plan[p->now] == POUR_BY_PIPE))
		return give(p);
	if (p->in_pipe > 0)
		return take_from_pipe(p);
	if (p->account.taken == p->limit)
		return pour_note_ended(p, POUR_ENDED_LIMIT);
	max = allowance(p, before);
	return max > 0 ? take(p, max) : POUR_WANT_CPU;
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
	pour_signals_mask(p, &signals);
	r = move(p);
	pour_signals_unmask(p, &signals);
	if (r <= 0 || (p->opts.pool != NULL && r != POUR_WANT_CPU))
		pour_give_back_clean(p);
	return r > 0 ? pour_note_wants(p, r) : r;
}
