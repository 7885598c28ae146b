/* SPDX-License-Identifier: MIT */
/* A fan: made, stepped, watched and ended. */
#include "core/fan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/base.h"
#include "core/account.h"
#include "core/pool.h"
#include "core/sys.h"

static int begin_source(struct pour_fan *f, struct pour_end src, uint64_t limit,
			const struct pour_opts *opts)
{
	struct pour_opts o = { .pool = NULL };

	if (opts != NULL)
		o = *opts;
	f->opening = o.head;
	f->opening_size = o.head_size;
	o.head = o.tail = NULL;
	o.head_size = o.tail_size = 0;
	o.flags &= ~(uint32_t)(POUR_HOLES | POUR_MORE | POUR_CANCELLABLE);
	o.deadline_ns = o.min_rate = o.idle_ms = 0;
	return pour_begin(&f->in, pour_pipe(f->trunk[1]), src, limit, &o);
}

static int make_chunk(struct pour_fan *f)
{
	f->chunk = malloc(POUR_BUFFER_SIZE);
	return f->chunk != NULL ? 0 : -ENOMEM;
}

int pour_fan_new(struct pour_fan **ret, struct pour_end src, uint64_t limit,
		 const struct pour_opts *opts)
{
	struct pour_pool *pool = opts != NULL ? opts->pool : NULL;
	struct pour_fan *f = calloc(1, sizeof(*f));
	int r;

	if (f == NULL)
		return -ENOMEM;
	f->trunk[0] = f->trunk[1] = -1;
	r = pour_pool_take_pipe(pool, f->trunk);
	if (r == 0)
		r = begin_source(f, src, limit, opts);
	f->direct = r == 0 && pour_fan_may_be_direct(f);
	if (r == 0 && !f->direct)
		r = make_chunk(f);
	if (r < 0) {
		f->in.opts.pool = pool;
		(void)pour_fan_free(f);
		return r;
	}
	*ret = f;
	return 0;
}

/* ── Branches ── */

/* From a pipe of its own. */
static int begin_out(const struct pour_fan *f, struct branch *b,
		     struct pour_end dst)
{
	struct pour_opts opts = { .pool = f->in.opts.pool,
				  .head = f->opening,
				  .head_size = f->opening_size,
				  .flags = f->in.opts.flags &
					   POUR_SIGNALS_IGNORED };

	return pour_begin(&b->out, dst, pour_pipe(b->pipe[0]), POUR_ALL, &opts);
}

static int begin_branch(struct pour_fan *f, struct branch *b,
			struct pour_end dst, enum pour_lag lag)
{
	int r;

	b->lag = lag;
	if (f->direct)
		return pour_fan_begin_direct(f, b, dst);
	r = pour_pool_take_pipe(f->in.opts.pool, b->pipe);
	return r < 0 ? r : begin_out(f, b, dst);
}

static void end_branch(const struct pour_fan *f, struct branch *b)
{
	uint64_t left = b->given - b->out.account.taken;

	pour_finish(&b->out);
	if (b->pipe[0] >= 0)
		pour_pool_give_pipe(f->in.opts.pool, b->pipe, left);
	free(b);
}

/* Pipes for all who were to do without; all of them, or an error. */
static int take_pipes(struct pour_fan *f)
{
	struct pour_pool *pool = f->in.opts.pool;
	int r = 0;

	for (unsigned i = 0; i < f->n_branches && r == 0; i++)
		r = pour_pool_take_pipe(pool, f->branches[i]->pipe);
	for (unsigned i = 0; i < f->n_branches && r < 0; i++)
		if (f->branches[i]->pipe[0] >= 0)
			pour_pool_give_pipe(pool, f->branches[i]->pipe, 0);
	return r;
}

/* One is to come that is no socket, or that does not wait: nothing has moved
 * yet, so those that are there begin anew, behind the trunk. */
static int leave_direct(struct pour_fan *f)
{
	int r = make_chunk(f);

	if (r == 0)
		r = take_pipes(f);
	if (r < 0) {
		free(f->chunk);
		f->chunk = NULL;
		return r;
	}
	f->direct = false;
	for (unsigned i = 0; i < f->n_branches && r == 0; i++) {
		struct branch *b = f->branches[i];

		pour_finish(&b->out);
		r = begin_out(f, b, b->out.dst);
	}
	return r;
}

int pour_fan_add(struct pour_fan *f, struct pour_end dst, enum pour_lag lag)
{
	struct branch **more, *b;
	int r = 0;

	if (f->started || (unsigned)lag > POUR_LAG_FAIL)
		return -EINVAL;
	if (f->direct && (dst.kind != POUR_SOCKET || lag != POUR_LAG_WAIT))
		r = leave_direct(f);
	if (r < 0)
		return r;
	more = reallocarray(f->branches, f->n_branches + 1,
			    sizeof(struct branch *));
	if (more == NULL)
		return -ENOMEM;
	f->branches = more;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return -ENOMEM;
	b->pipe[0] = b->pipe[1] = -1;
	r = begin_branch(f, b, dst, lag);
	if (r < 0) {
		end_branch(f, b);
		return r;
	}
	f->branches[f->n_branches] = b;
	return (int)f->n_branches++;
}

/* ── The step ── */

static bool source_ended(const struct pour_fan *f)
{
	return f->in.account.ended != POUR_ENDED_NOT;
}

static bool trunk_is_empty(const struct pour_fan *f)
{
	return f->in.account.delivered == f->head;
}

/* All that it will ever get is in its pipe: that is its limit. */
static void step_branch(const struct pour_fan *f, struct branch *b)
{
	if (!pour_branch_runs(b))
		return;
	if (source_ended(f) && trunk_is_empty(f))
		b->out.limit = b->given;
	b->want = pour_step(&b->out);
	if (b->want == 0 && f->in.account.ended == POUR_ENDED_SOURCE)
		b->out.account.ended = POUR_ENDED_SOURCE;
}

/* True: bytes came in. */
static bool step_source(struct pour_fan *f)
{
	uint64_t before = f->in.account.delivered;

	f->want = 0;
	if (source_ended(f) || !trunk_is_empty(f))
		return false;
	f->want = pour_step(&f->in);
	if (f->want < 0)
		f->error = f->want;
	/* A full trunk is emptied by us: nobody waits for it. */
	f->want = f->want > 0 ? f->want & ~POUR_WANT_DST : 0;
	return f->in.account.delivered > before;
}

static unsigned running(const struct pour_fan *f)
{
	unsigned n = 0;

	for (unsigned i = 0; i < f->n_branches; i++)
		n += pour_branch_runs(f->branches[i]);
	return n;
}

/* What the branches wait for; none waits for its own pipe to fill. */
static int wants(const struct pour_fan *f)
{
	int want = f->want;

	for (unsigned i = 0; i < f->n_branches; i++) {
		const struct branch *b = f->branches[i];

		if (pour_branch_runs(b) && b->want > 0)
			want |= b->want & ~POUR_WANT_SRC;
	}
	return want;
}

static uint64_t delivered(const struct pour_fan *f)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < f->n_branches; i++)
		sum += f->branches[i]->out.account.delivered;
	return sum;
}

static bool some_ended_well(const struct pour_fan *f)
{
	for (unsigned i = 0; i < f->n_branches; i++)
		if (f->branches[i]->out.account.error == 0)
			return true;
	return false;
}

/* One turn of everything. True: something moved. */
static bool turn(struct pour_fan *f)
{
	uint64_t before = delivered(f);
	bool moved;

	if (f->direct)
		return pour_fan_turn_direct(f);
	for (unsigned i = 0; i < f->n_branches; i++)
		step_branch(f, f->branches[i]);
	moved = delivered(f) > before;
	moved |= pour_fan_spread(f);
	moved |= step_source(f);
	return moved;
}

int pour_fan_step(struct pour_fan *f)
{
	uint64_t budget = f->in.opts.budget > 0 ? f->in.opts.budget : 1 << 20;
	uint64_t before = f->in.account.taken;

	if (f->n_branches == 0)
		return -EINVAL;
	f->started = true;
	while (turn(f) && running(f) > 0)
		if (f->in.account.taken - before >= budget)
			return POUR_WANT_CPU;
	if (f->error < 0 && running(f) == 0)
		return f->error;
	if (running(f) > 0)
		return wants(f) > 0 ? wants(f) : POUR_WANT_CPU;
	return some_ended_well(f) ? f->error : -EPIPE;
}

/* ── Waiting, asking, ending ── */

unsigned pour_fan_pollfds(const struct pour_fan *f, struct pollfd *fds,
			  unsigned room)
{
	struct pollfd of[2];
	unsigned n = 0;
	int k = pour_pollfds(&f->in, f->want, of);

	for (int j = 0; j < k; j++, n++)
		if (n < room)
			fds[n] = of[j];
	for (unsigned i = 0; i < f->n_branches; i++) {
		const struct branch *b = f->branches[i];

		if (!pour_branch_runs(b) || b->want <= 0)
			continue;
		k = pour_pollfds(&b->out, b->want & ~POUR_WANT_SRC, of);
		for (int j = 0; j < k; j++, n++)
			if (n < room)
				fds[n] = of[j];
	}
	return n;
}

uint64_t pour_fan_wait_ns(const struct pour_fan *f)
{
	return f->want & POUR_WANT_TIME ? pour_wait_ns(&f->in) : UINT64_MAX;
}

const struct pour_account *pour_fan_source(const struct pour_fan *f)
{
	return &f->in.account;
}

const struct pour_account *pour_fan_branch(const struct pour_fan *f,
					   unsigned branch)
{
	return branch < f->n_branches ? &f->branches[branch]->out.account
				      : NULL;
}

struct pour_fan *pour_fan_free(struct pour_fan *f)
{
	uint64_t left;

	if (f == NULL)
		return NULL;
	left = f->in.account.delivered - f->head - f->chunk_len;
	for (unsigned i = 0; i < f->n_branches; i++)
		end_branch(f, f->branches[i]);
	pour_finish(&f->in);
	if (f->trunk[0] >= 0)
		pour_pool_give_pipe(f->in.opts.pool, f->trunk, left);
	free(f->branches);
	free(f->chunk);
	free(f);
	return NULL;
}
