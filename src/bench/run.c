/* SPDX-License-Identifier: MIT */
/*
 * The run: cases one after the other; of each, its ways in turn.
 *
 *      each way once, every byte compared ─► as often as a sample takes
 *      round 1:  A B C    round 2:  C B A    round 3:  A B C ...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "bench/bench.h"
#include "bench/clock.h"
#include "bench/pattern.h"
#include "bench/place.h"
#include "bench/rank.h"
#include "bench/sample.h"
#include "bench/way.h"

enum { TRANSFERS_MAX = 1 << 20, STRADDLES_MAX = 3, GROWTH = 16 };

/* Beyond it, from before a sample to after it, the CPUs were moved. */
static const double moved_by = 1.5;

struct run {
	struct bench *b;
	struct stock stock;
	struct mover *movers; /* of the rows of the case under way */
	uint32_t distance;    /* as it was last seen */
};

/* ── A row ── */

static struct sample sample_of(const struct run *r, const struct bench_case *c,
			       const struct bench_row *row)
{
	return (struct sample){ .b = r->b,
				.stock = &r->stock,
				.pair = c->pair,
				.size = c->size,
				.mover = &r->movers[row - c->rows],
				.transfers = row->transfers };
}

static const char *name_of(int error)
{
	const char *name = strerrorname_np(error < 0 ? -error : error);

	return name != NULL ? name : "unknown errno";
}

/* What it says where a way does not run. */
static void note_why(const struct run *r, const struct bench_case *c,
		     struct bench_row *row, int error)
{
	int left = r->movers[row - c->rows].left;

	if (left != 0)
		(void)snprintf(row->why, sizeof(row->why), "left for %s",
			       name_of(left));
	else if (error == -EINVAL)
		(void)snprintf(row->why, sizeof(row->why),
			       "not between these ends");
	else
		(void)snprintf(row->why, sizeof(row->why), "failed: %s",
			       name_of(error));
}

/* Some transfers, all bytes looked at. */
static int prove(const struct run *r, struct bench_case *c,
		 struct bench_row *row)
{
	struct sample s = sample_of(r, c, row);
	struct bench_sample got;
	int error;

	s.transfers = c->size < PATTERN_CHUNK ? 3 : 1;
	s.checks = true;
	error = sample_take(&s, &got);
	row->is_exact = error == 0;
	if (error == -EILSEQ) {
		(void)snprintf(row->why, sizeof(row->why), "WRONG BYTES");
		(void)snprintf(
			r->b->error, sizeof(r->b->error),
			"%s, %llu bytes, %s: the bytes that came are not "
			"those that were sent",
			bench_pair_name(c->pair), (unsigned long long)c->size,
			row->way->name);
		return error;
	}
	if (error < 0)
		note_why(r, c, row, error);
	return 0;
}

/* What it takes on a machine where nobody else wants the CPUs. */
static double undisturbed(const struct bench_sample *s)
{
	return MAX(s->here, s->there);
}

/* How many transfers make a sample of the length that is asked for. */
static void calibrate(const struct run *r, const struct bench_case *c,
		      struct bench_row *row)
{
	double want = clock_seconds(r->b->opts.sample_ns);
	struct bench_sample got = { .seconds = 0 };

	row->transfers = 1;
	for (;;) {
		struct sample s = sample_of(r, c, row);
		int error = sample_take(&s, &got);

		if (error < 0)
			note_why(r, c, row, error);
		if (error < 0 || undisturbed(&got) * GROWTH / 4 > want ||
		    row->transfers * GROWTH > TRANSFERS_MAX)
			break;
		row->transfers *= GROWTH;
	}
	if (row->why[0] == '\0') {
		double n = (double)row->transfers * want / undisturbed(&got);

		row->transfers = n < 1               ? 1
				 : n < TRANSFERS_MAX ? (uint64_t)n
						     : (uint64_t)TRANSFERS_MAX;
	}
}

static void note_choice(struct bench_case *c, const struct bench_sample *s)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < POUR_METHODS; i++) {
		if (s->moved[i] <= most)
			continue;
		most = s->moved[i];
		c->chosen = (enum pour_method)i;
		c->has_chosen = true;
	}
}

static bool was_moved(uint32_t before, uint32_t after)
{
	return (double)MAX(before, after) >
	       moved_by * (double)MIN(before, after);
}

/* One turn; again where the CPUs were moved under it. */
static void take_turn(struct run *r, struct bench_case *c,
		      struct bench_row *row, uint32_t round)
{
	for (unsigned i = 0; i <= STRADDLES_MAX; i++) {
		struct sample s = sample_of(r, c, row);
		struct bench_sample got;
		uint32_t before = r->distance;
		int error = sample_take(&s, &got);

		r->distance = place_distance(r->b->cpus);
		if (error < 0) {
			note_why(r, c, row, error);
			return;
		}
		if (was_moved(before, r->distance)) {
			r->b->straddled++;
			continue;
		}
		got.distance[0] = before;
		got.distance[1] = r->distance;
		got.round = round;
		row->samples[row->n++] = got;
		if (row->way->kind == WAY_PLAN)
			note_choice(c, &got);
		return;
	}
}

/* ── All of them ── */

static bool has_to_stop(struct bench *b)
{
	if (!b->is_stopped && b->opts.stop != NULL)
		b->is_stopped = b->opts.stop(b->opts.context, b);
	return b->is_stopped;
}

static int prepare_case(const struct run *r, struct bench_case *c)
{
	int error = 0;

	for (unsigned i = 0; i < c->n_rows && error == 0; i++) {
		struct bench_row *row = &c->rows[i];

		if (has_to_stop(r->b))
			return 0;
		error = prove(r, c, row);
		if (error == 0 && row->why[0] == '\0')
			calibrate(r, c, row);
		if (row->why[0] != '\0' && way_is_expected(row->way))
			r->b->todo -= r->b->opts.rounds;
	}
	return error;
}

static int take_turns(struct run *r, struct bench_case *c)
{
	r->distance = place_distance(r->b->cpus);
	for (uint32_t n = 0; n < r->b->opts.rounds; n++) {
		for (unsigned i = 0; i < c->n_rows; i++) {
			unsigned at = n % 2 == 0 ? i : c->n_rows - 1 - i;
			struct bench_row *row = &c->rows[at];

			if (has_to_stop(r->b))
				return 0;
			if (row->why[0] != '\0')
				continue;
			take_turn(r, c, row, n);
			r->b->done++;
		}
	}
	return 0;
}

static int run_case(struct run *r, struct bench_case *c)
{
	int error = 0;

	r->movers = calloc(c->n_rows, sizeof(*r->movers));
	if (r->movers == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < c->n_rows && error == 0; i++)
		error = mover_begin(&r->movers[i], c->rows[i].way, c->size);
	if (error == 0)
		error = prepare_case(r, c);
	if (error == 0)
		error = take_turns(r, c);
	for (unsigned i = 0; i < c->n_rows; i++)
		mover_done(&r->movers[i]);
	free(r->movers);
	r->movers = NULL;
	return error;
}

static int look_around(struct bench *b)
{
	int r = place_cpus(b->cpus);

	if (r < 0)
		return r;
	b->network_error = place_network();
	b->has_network = b->network_error == 0;
	place_on(b->cpus[0]);
	pattern_begin();
	return 0;
}

/* That control is there and allowed, before anything is measured with it. */
static int try_connection(struct bench *b)
{
	int fds[2];
	int r = place_connect(fds, b->opts.congestion);

	if (r < 0) {
		(void)snprintf(b->error, sizeof(b->error),
			       "a connection by %.64s: %s", b->opts.congestion,
			       strerror(-r));
		return r;
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	return 0;
}

int bench_run(struct bench *b)
{
	struct run r = { .b = b };
	int error = look_around(b);

	if (error < 0) {
		(void)snprintf(b->error, sizeof(b->error), "CPUs: %s",
			       strerror(-error));
		return error;
	}
	error = try_connection(b);
	if (error == 0)
		error = stock_begin(&r.stock, b);
	if (error < 0)
		return error;
	for (unsigned i = 0; i < b->n_cases && error == 0; i++) {
		b->now = &b->cases[i];
		if (has_to_stop(b))
			break;
		error = run_case(&r, &b->cases[i]);
		b->far_from = rank_split(b);
		if (b->opts.case_done != NULL)
			b->opts.case_done(b->opts.context, &b->cases[i]);
	}
	b->now = NULL;
	stock_done(&r.stock);
	return error;
}
