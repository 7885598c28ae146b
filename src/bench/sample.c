/* SPDX-License-Identifier: MIT */
/* One sample: see sample.h. */
#include "bench/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/clock.h"
#include "bench/far.h"
#include "bench/pattern.h"
#include "bench/place.h"

enum { FAR_MAX = BENCH_BRANCHES_MAX + 1, PIPE_SIZE = 1024 * 1024 };

struct scene {
	struct ends ends;
	struct far far[FAR_MAX];
	unsigned n_far;
	int ours[FAR_MAX]; /* what the mover closes */
};

/* ── Who stands where ── */

static bool is_source(enum far_job job)
{
	return job == FAR_FEED || job == FAR_ASK;
}

/* A pipe that we write to, for somebody who reads it. */
static int open_pipe(int ret[2])
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	ret[0] = fds[1];
	ret[1] = fds[0];
	return 0;
}

/* Somebody with that job at the other end of something new. */
static int add_far(struct scene *c, const struct sample *s, enum far_job job)
{
	struct far *f = &c->far[c->n_far];
	bool is_pipe = s->pair == BENCH_FILE_PIPE ||
		       s->pair == BENCH_MEMORY_PIPE;
	int fds[2] = { -1, -1 };
	int r = is_pipe ? open_pipe(fds)
			: place_connect(fds, s->b->opts.congestion);

	if (r < 0)
		return r;
	*f = (struct far){ .job = job,
			   .fd = fds[1],
			   .cpu = s->b->cpus[1],
			   .size = s->size,
			   .transfers = s->transfers,
			   .checks = s->checks };
	r = far_begin(f);
	if (r < 0) {
		(void)close(fds[0]);
		(void)close(fds[1]);
		return r;
	}
	c->ours[c->n_far++] = fds[0];
	if (is_source(job))
		c->ends.src = fds[0];
	else
		c->ends.dst[c->ends.n_dst++] = fds[0];
	return 0;
}

static int add_drains(struct scene *c, const struct sample *s)
{
	unsigned n = s->pair == BENCH_ONE_MANY ? s->b->opts.branches : 1;
	int r = 0;

	for (unsigned i = 0; i < n && r == 0; i++)
		r = add_far(c, s, FAR_DRAIN);
	return r;
}

static int open_scene(struct scene *c, const struct sample *s)
{
	int r = 0;

	c->ends = (struct ends){ .pair = s->pair,
				 .src = -1,
				 .fresh = s->b->opts.fresh };
	c->n_far = 0;
	if (s->pair == BENCH_MESSAGES) {
		r = add_far(c, s, FAR_ASK);
		return r == 0 ? add_far(c, s, FAR_ECHO) : r;
	}
	if (stock_wants_src(s->pair))
		c->ends.src = s->stock->src;
	else if (stock_wants_memory(s->pair))
		c->ends.memory = s->stock->memory;
	else
		r = add_far(c, s, FAR_FEED);
	if (r < 0)
		return r;
	if (!stock_wants_dst(s->pair))
		return add_drains(c, s);
	c->ends.dst[c->ends.n_dst++] = s->stock->dst;
	return 0;
}

/* Ours first: it ends those who would wait for more. */
static void close_ours(struct scene *c)
{
	for (unsigned i = 0; i < c->n_far; i++)
		(void)close(c->ours[i]);
}

/* They end, and what they saw stays; 0, or what the first that failed says. */
static int close_theirs(struct scene *c)
{
	int r = 0;

	for (unsigned i = 0; i < c->n_far; i++) {
		far_end(&c->far[i]);
		(void)close(c->far[i].fd);
		if (r == 0)
			r = c->far[i].error;
	}
	return r;
}

/* ── The clocks ── */

static uint32_t preemptions(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_THREAD, &u);
	return (uint32_t)u.ru_nivcsw;
}

static int move_all(const struct sample *s)
{
	uint64_t n = s->pair == BENCH_MESSAGES ? 1 : s->transfers;
	int r = 0;

	for (uint64_t i = 0; i < n && r == 0; i++)
		r = mover_move(s->mover);
	return r;
}

static int move_by_the_clock(struct scene *c, const struct sample *s,
			     struct bench_sample *ret)
{
	uint32_t before = preemptions();
	uint64_t cpu, start = clock_wall(), end;
	int r, theirs;

	for (unsigned i = 0; i < c->n_far; i++)
		far_go(&c->far[i]);
	cpu = clock_cpu();
	r = move_all(s);
	cpu = clock_cpu() - cpu;
	end = clock_wall();
	ret->preempted = preemptions() - before;
	close_ours(c);
	theirs = close_theirs(c);
	for (unsigned i = 0; i < c->n_far; i++) {
		end = MAX(end, c->far[i].end_ns);
		ret->there += clock_seconds(c->far[i].cpu_ns);
	}
	ret->seconds = clock_seconds(end - start);
	ret->here = clock_seconds(cpu);
	return r < 0 ? r : theirs;
}

/* ── What it comes to ── */

static void sum_up(const struct scene *c, const struct sample *s,
		   struct bench_sample *ret)
{
	const struct mover *m = s->mover;

	ret->transfers = s->transfers;
	ret->bytes = m->bytes;
	ret->calls = m->polls;
	for (unsigned i = 0; i < POUR_METHODS; i++) {
		ret->moved[i] = m->moved[i];
		ret->called[i] = m->called[i];
		ret->calls += m->called[i];
	}
	/* A relay by hand does not count what it passes on. */
	if (s->pair == BENCH_MESSAGES && m->way->kind == WAY_LOOP) {
		ret->bytes = c->far[0].bytes + c->far[1].bytes;
		ret->moved[m->way->method] = ret->bytes;
	}
}

/* Every byte is there: said by the mover, seen by the far end. */
static int check(const struct sample *s, const struct bench_sample *got)
{
	uint64_t ways = s->pair == BENCH_ONE_MANY   ? s->b->opts.branches
			: s->pair == BENCH_MESSAGES ? 2
						    : 1;

	if (got->bytes != s->size * s->transfers * ways)
		return -EILSEQ;
	if (s->checks && stock_wants_dst(s->pair))
		return pattern_check(s->stock->dst, s->size);
	return 0;
}

/* So that bytes of the way before are not taken for those of this one. */
static int soil(const struct sample *s)
{
	static const char other[PATTERN_CHUNK];

	for (uint64_t at = 0; at < s->size; at += sizeof(other))
		if (pwrite(s->stock->dst, other,
			   MIN(s->size - at, sizeof(other)), (off_t)at) < 0)
			return -errno;
	return 0;
}

/* Nobody will move anything: those who wait see an end. */
static void give_up(struct scene *c)
{
	for (unsigned i = 0; i < c->n_far; i++)
		far_go(&c->far[i]);
	close_ours(c);
	(void)close_theirs(c);
}

static int play_scene(struct scene *c, const struct sample *s,
		      struct bench_sample *got)
{
	int r = open_scene(c, s);

	if (r == 0)
		r = mover_use(s->mover, &c->ends);
	if (r < 0) {
		give_up(c);
		return r;
	}
	r = move_by_the_clock(c, s, got);
	sum_up(c, s, got);
	return r == 0 ? check(s, got) : r;
}

int sample_take(const struct sample *s, struct bench_sample *ret)
{
	struct bench_sample got = { .transfers = 0 };
	struct scene *c = calloc(1, sizeof(*c));
	int r = c != NULL ? 0 : -ENOMEM;

	if (r == 0 && s->checks && stock_wants_dst(s->pair))
		r = soil(s);
	if (r == 0)
		r = play_scene(c, s, &got);
	if (r == 0)
		*ret = got;
	free(c);
	return r;
}
