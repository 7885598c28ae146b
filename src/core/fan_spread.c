/* SPDX-License-Identifier: MIT */
/*
 * One round of a fan: the trunk's bytes to every branch, by reference.
 *
 *   1. every branch that stands at the head gets up to `round` bytes by tee();
 *      round ends where the first of those stands that are ahead, because the
 *      others must not pass it.
 *   2. one branch, the taker, gets by splice() what all the others have: that
 *      moves the head on.
 *
 * A branch whose pipe is full holds the head up (wait), is moved on without
 * bytes (drop), or ends (fail).
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/fan.h"
#include "core/pool.h"
#include "core/sys.h"

static uint64_t in_trunk(const struct pour_fan *f)
{
	return f->in.account.delivered - f->head;
}

/* The bytes are in a pipe of its own, or missed: its position moves on. */
static void give(struct branch *b, int64_t n, bool by_tee)
{
	if (by_tee)
		pour_note_teed(&b->out, n);
	b->at += (uint64_t)n;
	b->given += (uint64_t)n;
}

/* Its pipe is full: is it left behind? */
static void lag(struct branch *b, uint64_t n)
{
	if (b->lag == POUR_LAG_DROP) {
		pour_note_missed(&b->out, n);
		b->at += n;
	}
	if (b->lag == POUR_LAG_FAIL)
		(void)pour_note_failed(&b->out, POUR_SIDE_DST, -ENOBUFS);
}

/* ── By tee ── */

/* Who takes the bytes out of the trunk; one that waits, if there is one. */
static struct branch *find_taker(struct pour_fan *f)
{
	for (unsigned i = 0; i < f->n_branches; i++) {
		struct branch *b = f->branches[i];

		if (pour_branch_runs(b) && b->lag == POUR_LAG_WAIT &&
		    b->at == f->head)
			return b;
	}
	return NULL;
}

static uint64_t round_length(const struct pour_fan *f)
{
	uint64_t n = in_trunk(f);

	for (unsigned i = 0; i < f->n_branches; i++) {
		const struct branch *b = f->branches[i];

		if (pour_branch_runs(b) && b->at > f->head)
			n = MIN(n, b->at - f->head);
	}
	return n;
}

/* Between two pipes of ours nothing but "not now" is to be expected: whatever
 * else a call says, it is copied from here on. */
static bool is_left(struct pour_fan *f, enum pour_method method, int64_t error)
{
	if (error == -EAGAIN || error == -EINTR || error == 0)
		return false;
	f->in.account.left[method] = (int32_t)-error;
	f->copies = true;
	return true;
}

/* False: tee() does not suit here. */
static bool tee_to(struct pour_fan *f, struct branch *b, uint64_t n)
{
	int64_t got = pour_sys_tee(f->trunk[0], b->pipe[1], n);

	if (got > 0) {
		give(b, got, true);
		if (got == (int64_t)n || b->lag == POUR_LAG_WAIT)
			return true;
		lag(b, n - (uint64_t)got);
		return true;
	}
	if (got == -EAGAIN)
		lag(b, n);
	if (got == -EAGAIN || got == -EINTR || got == 0)
		return true;
	(void)is_left(f, POUR_BY_TEE, got);
	return false;
}

/* Bytes beyond the head that every running branch but the taker has. */
static uint64_t had_by_all(const struct pour_fan *f, const struct branch *taker)
{
	uint64_t n = in_trunk(f);

	for (unsigned i = 0; i < f->n_branches; i++) {
		const struct branch *b = f->branches[i];

		if (b != taker && pour_branch_runs(b))
			n = MIN(n, b->at - f->head);
	}
	return n;
}

/* Nobody wants them: read away, since a pipe has no other way to lose bytes. */
static int64_t discard(struct pour_fan *f, uint64_t n)
{
	return pour_sys_read(f->trunk[0], f->chunk,
			     MIN(n, (uint64_t)POUR_BUFFER_SIZE), POUR_HERE);
}

static bool move_head(struct pour_fan *f, struct branch *taker)
{
	uint64_t n = had_by_all(f, taker);
	int64_t got;

	if (n == 0)
		return false;
	got = taker != NULL ? pour_sys_splice(f->trunk[0], POUR_HERE,
					      taker->pipe[1], POUR_HERE, n)
			    : discard(f, n);
	if (got <= 0)
		return is_left(f, POUR_BY_SPLICE, got);
	f->head += (uint64_t)got;
	if (taker != NULL)
		give(taker, got, false);
	return true;
}

/* True: something moved, or f->copies is set by now. */
static bool spread_by_tee(struct pour_fan *f)
{
	struct branch *taker = find_taker(f);
	uint64_t n = round_length(f);

	for (unsigned i = 0; i < f->n_branches; i++) {
		struct branch *b = f->branches[i];

		if (b == taker || !pour_branch_runs(b) || b->at != f->head)
			continue;
		if (!tee_to(f, b, n))
			return true;
	}
	return move_head(f, taker);
}

/* ── By copying ── */

/* Brings bytes out of the trunk. */
static bool read_chunk(struct pour_fan *f)
{
	int64_t n;

	if (f->chunk_len > 0)
		return true;
	n = discard(f, in_trunk(f));
	if (n > 0)
		f->chunk_len = (uint64_t)n;
	return n > 0;
}

static bool copy_to(struct pour_fan *f, struct branch *b)
{
	uint64_t end = f->head + f->chunk_len;
	int64_t n;

	/* Ahead of the chunk, from when tee() still worked. */
	if (b->at >= end)
		return false;
	n = pour_sys_write(b->pipe[1], f->chunk + (b->at - f->head),
			   end - b->at, POUR_HERE);
	if (n > 0)
		give(b, n, false);
	if (n != -EINTR && b->at < end)
		lag(b, end - b->at);
	return n > 0;
}

static bool spread_by_copy(struct pour_fan *f)
{
	bool moved = false, all = true;

	if (!read_chunk(f))
		return false;
	for (unsigned i = 0; i < f->n_branches; i++) {
		struct branch *b = f->branches[i];

		if (!pour_branch_runs(b))
			continue;
		moved |= copy_to(f, b);
		all &= !pour_branch_runs(b) || b->at >= f->head + f->chunk_len;
	}
	if (all) {
		f->head += f->chunk_len;
		f->chunk_len = 0;
		moved = true;
	}
	return moved;
}

bool pour_fan_spread(struct pour_fan *f)
{
	if (in_trunk(f) == 0)
		return false;
	return f->copies ? spread_by_copy(f) : spread_by_tee(f);
}
