/* SPDX-License-Identifier: MIT */
/*
 * A fan from a file whose offset is known, to sockets alone: it can be read as
 * often as there are branches, so each is a transfer of its own from the file,
 * and nothing stands between.
 *
 *                 ╭─sendfile─► socket 0
 *        file ────┼─sendfile─► socket 1      at most AHEAD bytes apart
 *                 ╰─sendfile─► socket 2
 *
 * What the first of them has taken is what the fan has taken.
 */
#include <string.h>

#include "base/base.h"
#include "core/fan.h"

/* How far the first may be ahead of the slowest, which sets the pace. */
#define AHEAD (UINT64_C(1) << 20)

/* Who paces, forces a method or asks about the disk means the way from the
 * source, of which there has to be one. */
bool pour_fan_may_be_direct(const struct pour_fan *f)
{
	const struct pour_opts *o = &f->in.opts;

	return f->in.src.kind == POUR_FILE && f->in.src.offset != POUR_HERE &&
	       o->methods == 0 && o->rate == 0 && o->buffered_size == 0 &&
	       !(o->flags & POUR_NODISK);
}

int pour_fan_begin_direct(const struct pour_fan *f, struct branch *b,
			  struct pour_end dst)
{
	struct pour_opts opts = f->in.opts;

	opts.head = f->opening;
	opts.head_size = f->opening_size;
	opts.progress = NULL;
	return pour_begin(&b->out, dst, f->in.src, f->in.limit, &opts);
}

/* Taken by the one that is last, of those that run. */
static uint64_t least_taken(const struct pour_fan *f)
{
	uint64_t n = UINT64_MAX;

	for (unsigned i = 0; i < f->n_branches; i++)
		if (pour_branch_runs(f->branches[i]))
			n = MIN(n, f->branches[i]->out.account.taken);
	return n;
}

static bool is_of_source(const struct pour_account *a)
{
	return a->ended == POUR_ENDED_SOURCE || a->ended == POUR_ENDED_LIMIT ||
	       a->side == POUR_SIDE_SRC;
}

/*
 * One came to the end of the source, or to where it cannot be read: that is
 * where it ends for all, and the fault of none of them.
 */
static void end_source(struct pour_fan *f, struct branch *b)
{
	struct pour_account *in = &f->in.account, *out = &b->out.account;

	if (in->ended == POUR_ENDED_NOT) {
		f->end = out->taken;
		f->error = -out->error;
		in->ended = out->ended;
		in->error = out->error;
		in->side = out->side;
	}
	if (out->side == POUR_SIDE_SRC) {
		out->ended = POUR_ENDED_LIMIT;
		out->error = 0;
		out->side = POUR_SIDE_NONE;
	}
	if (in->ended == POUR_ENDED_SOURCE)
		out->ended = POUR_ENDED_SOURCE;
}

/* Who is as far ahead as may be waits for the others, and for no descriptor. */
static void step(struct pour_fan *f, struct branch *b, uint64_t least)
{
	uint64_t taken = b->out.account.taken;

	if (f->in.account.ended != POUR_ENDED_NOT)
		b->out.limit = MAX(taken, f->end);
	(void)pour_allow(&b->out, least + AHEAD - MIN(taken, least + AHEAD));
	b->want = pour_step(&b->out);
	if (b->want > 0)
		b->want &= ~POUR_WANT_TIME;
	else if (is_of_source(&b->out.account))
		end_source(f, b);
}

/* The source's account has the bytes of the first. Calls stay with who made
 * them, so that a sum over all accounts has each once. */
static void note(struct pour_fan *f, const struct branch *b)
{
	struct pour_account *in = &f->in.account;
	const struct pour_account *out = &b->out.account;

	in->taken = MAX(in->taken, out->taken);
	if (out->delivered <= in->delivered)
		return;
	in->delivered = out->delivered;
	memcpy(in->moved, out->moved, sizeof(in->moved));
	f->head = in->delivered;
}

bool pour_fan_turn_direct(struct pour_fan *f)
{
	uint64_t least = least_taken(f);
	bool moved = false;

	for (unsigned i = 0; i < f->n_branches; i++) {
		struct branch *b = f->branches[i];
		uint64_t before = b->out.account.delivered;

		if (!pour_branch_runs(b))
			continue;
		step(f, b, least);
		note(f, b);
		moved |= b->out.account.delivered > before;
	}
	return moved;
}
