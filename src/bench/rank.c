/* SPDX-License-Identifier: MIT */
/* Medians, ratios and ranks: see rank.h. */
#include "bench/rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* What is less is not said to be a difference; and chance at most. */
static const double margin = 1.05, chance_max = 0.01;
static const double giga = 1e9, micro = 1e6;

/* ── One sample ── */

static bool is_message(const struct bench_case *c)
{
	return c->pair == BENCH_MESSAGES;
}

static double rate_of(const struct bench_case *c, const struct bench_sample *s)
{
	double n = is_message(c) ? (double)s->transfers : (double)s->bytes;

	return n / s->seconds;
}

/* Seconds a GB, or microseconds a trip. */
static double cost_of(const struct bench_case *c, const struct bench_sample *s,
		      double seconds)
{
	return is_message(c) ? seconds / (double)s->transfers * micro
			     : seconds / (double)s->bytes * giga;
}

static bool is_in(const struct bench_sample *s, struct rank_range range)
{
	return s->distance[1] >= range.from && s->distance[1] < range.to;
}

/* ── Many ── */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct rank_spread spread_of(double *values, unsigned n)
{
	double middle;

	if (n == 0)
		return (struct rank_spread){ 0, 0, 0 };
	qsort(values, n, sizeof(*values), by_value);
	middle = (values[(n - 1) / 2] + values[n / 2]) / 2;
	return (struct rank_spread){ middle, values[0], values[n - 1] };
}

/* How likely it is that of n coins so many, or more, fall on one side. */
static double chance(unsigned n, unsigned wins)
{
	double term = 1, sum = 0;

	for (unsigned i = 0; i < n; i++)
		term /= 2;
	for (unsigned k = n;; k--) {
		sum += term;
		if (k <= wins)
			return sum;
		term = term * (double)k / (double)(n - k + 1);
	}
}

/* less: whether less of it is better. */
static struct rank_ratio judge(double *ratios, unsigned n, bool less)
{
	struct rank_ratio r = { .n = n };
	unsigned above = 0, below = 0;
	int more = 0;

	if (n == 0)
		return r;
	for (unsigned i = 0; i < n; i++) {
		above += ratios[i] > 1;
		below += ratios[i] < 1;
	}
	r.by = spread_of(ratios, n);
	if (r.by.median >= margin && chance(n, above) <= chance_max)
		more = 1;
	if (r.by.median <= 1 / margin && chance(n, below) <= chance_max)
		more = -1;
	r.sign = less ? -more : more;
	return r;
}

static const struct bench_sample *in_round(const struct bench_row *row,
					   uint32_t round,
					   struct rank_range range)
{
	for (unsigned i = 0; i < row->n; i++)
		if (row->samples[i].round == round &&
		    is_in(&row->samples[i], range))
			return &row->samples[i];
	return NULL;
}

static double per_byte(const struct bench_sample *s, double seconds)
{
	return seconds / (double)s->bytes;
}

void rank_compare(struct rank_pair *ret, const struct bench_row *a,
		  const struct bench_row *b, struct rank_range range)
{
	double speed[BENCH_ROUNDS_MAX], cpu[BENCH_ROUNDS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < a->n && n < BENCH_ROUNDS_MAX; i++) {
		const struct bench_sample *x = &a->samples[i], *y;

		if (!is_in(x, range))
			continue;
		y = in_round(b, x->round, range);
		if (y == NULL)
			continue;
		speed[n] = per_byte(y, y->seconds) / per_byte(x, x->seconds);
		cpu[n] = y->here > 0
				 ? per_byte(x, x->here) / per_byte(y, y->here)
				 : 1;
		n++;
	}
	ret->speed = judge(speed, n, false);
	ret->cpu = judge(cpu, n, true);
}

enum rank_verdict rank_verdict(const struct rank_pair *p)
{
	int speed = p->speed.sign, cpu = p->cpu.sign;

	if (p->speed.n < RANK_ROUNDS_MIN)
		return RANK_UNKNOWN;
	if (speed == 0 && cpu == 0)
		return RANK_LEVEL;
	if (speed >= 0 && cpu >= 0)
		return RANK_BETTER;
	return speed <= 0 && cpu <= 0 ? RANK_WORSE : RANK_MIXED;
}

/* ── Near and far ── */

/* A gap is one where the distance grows by half, with some on both sides. */
static const double gap_min = 1.5;
enum { HEAP_MIN = 3 };

static int by_distance(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static size_t gather(const struct bench *b, uint32_t *ret)
{
	size_t n = 0;

	for (unsigned i = 0; i < b->n_cases; i++) {
		const struct bench_case *c = &b->cases[i];

		for (unsigned j = 0; j < c->n_rows; j++)
			for (unsigned k = 0; k < c->rows[j].n; k++, n++)
				if (ret != NULL)
					ret[n] = c->rows[j]
							 .samples[k]
							 .distance[1];
	}
	return n;
}

uint32_t rank_split(const struct bench *b)
{
	size_t n = gather(b, NULL);
	uint32_t *all = calloc(n + 1, sizeof(*all)), split = UINT32_MAX;
	double widest = gap_min;

	if (all == NULL)
		return split;
	(void)gather(b, all);
	qsort(all, n, sizeof(*all), by_distance);
	for (size_t i = HEAP_MIN; i + HEAP_MIN <= n; i++) {
		if ((double)all[i] < widest * (double)all[i - 1])
			continue;
		widest = (double)all[i] / (double)MAX(all[i - 1], 1U);
		split = all[i];
	}
	free(all);
	return n > 0 && split > 0 ? split : UINT32_MAX;
}

struct rank_range rank_near(const struct bench *b)
{
	return (struct rank_range){ 0, b->far_from };
}

struct rank_range rank_far(const struct bench *b)
{
	return (struct rank_range){ b->far_from, UINT32_MAX };
}

/* ── A case ── */

static void fill_row(struct rank_row *r, const struct bench_case *c,
		     struct rank_range range)
{
	double rate[BENCH_ROUNDS_MAX], here[BENCH_ROUNDS_MAX];
	double there[BENCH_ROUNDS_MAX];
	double calls = 0, units = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < r->row->n; i++) {
		const struct bench_sample *s = &r->row->samples[i];

		if (!is_in(s, range))
			continue;
		rate[n] = rate_of(c, s);
		here[n] = cost_of(c, s, s->here);
		there[n] = cost_of(c, s, s->there);
		calls += (double)s->calls;
		units += is_message(c) ? (double)s->transfers
				       : (double)s->bytes / giga;
		n++;
	}
	r->n = n;
	r->rate = spread_of(rate, n);
	r->here = spread_of(here, n);
	r->there = spread_of(there, n);
	r->calls = n > 0 ? calls / units : 0;
}

static int by_rate(const void *a, const void *b)
{
	const struct rank_row *x = a, *y = b;

	return (x->rate.median < y->rate.median) -
	       (x->rate.median > y->rate.median);
}

static void set_ranks(struct rank *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		struct rank_row *x = &r->rows[i];

		x->by_speed = x->by_cpu = 1;
		for (unsigned j = 0; j < r->n; j++) {
			const struct rank_row *y = &r->rows[j];

			x->by_speed += y->rate.median > x->rate.median;
			x->by_cpu += y->here.median < x->here.median;
		}
	}
}

static void note_trouble(struct rank *r)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < r->n; i++) {
		const struct bench_row *row = r->rows[i].row;

		for (unsigned j = 0; j < row->n; j++) {
			if (!is_in(&row->samples[j], r->range))
				continue;
			r->samples++;
			r->preempted += row->samples[j].preempted > 0;
			sum += row->samples[j].distance[1];
		}
	}
	r->distance = r->samples > 0 ? sum / r->samples : 0;
}

bool rank_make(struct rank *ret, const struct bench_case *c,
	       struct rank_range range)
{
	memset(ret, 0, sizeof(*ret));
	ret->c = c;
	ret->range = range;
	for (unsigned i = 0; i < c->n_rows; i++) {
		struct rank_row *r = &ret->rows[ret->n];

		*r = (struct rank_row){ .row = &c->rows[i] };
		fill_row(r, c, range);
		if (r->n == 0)
			continue;
		rank_compare(&r->beside_plan, r->row, &c->rows[0], range);
		ret->n++;
	}
	if (ret->n == 0)
		return false;
	note_trouble(ret);
	set_ranks(ret);
	if (ret->rows[0].row->way->kind == WAY_PLAN) {
		ret->rounds = ret->rows[0].n;
		qsort(ret->rows + 1, ret->n - 1, sizeof(*ret->rows), by_rate);
	}
	return true;
}

static double gain(const struct rank_row *r)
{
	return r->beside_plan.speed.by.median / r->beside_plan.cpu.by.median;
}

const struct rank_row *rank_winner(const struct rank *r)
{
	const struct rank_row *best = NULL;

	for (unsigned i = 0; i < r->n; i++) {
		const struct rank_row *x = &r->rows[i];

		if (x->row->way->kind == WAY_PLAN ||
		    rank_verdict(&x->beside_plan) != RANK_BETTER)
			continue;
		if (best == NULL || gain(x) > gain(best))
			best = x;
	}
	return best;
}

double rank_noise(const struct rank_row *r)
{
	return (r->rate.max - r->rate.min) / r->rate.median;
}

const struct bench_row *rank_row_of(const struct bench_case *c,
				    const char *name)
{
	for (unsigned i = 0; i < c->n_rows; i++)
		if (strcmp(c->rows[i].way->name, name) == 0 && c->rows[i].n > 0)
			return &c->rows[i];
	return NULL;
}
