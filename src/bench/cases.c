/* SPDX-License-Identifier: MIT */
/* What is to be measured: cases, their rows, and how long it will take. */
#include <errno.h>
#include <stdlib.h>

#include "base/base.h"
#include "bench/bench.h"
#include "bench/way.h"

#define CASES_MAX ((size_t)BENCH_PAIRS * BENCH_SIZES_MAX)

/* Beside a sample: its connections and threads, a bounce. */
#define OVERHEAD_NS (UINT64_C(3) * 1000 * 1000)

static bool is_wanted(const struct bench_opts *o, const struct way *w)
{
	return o->methods == 0 || w->kind == WAY_PLAN ||
	       o->methods & UINT32_C(1) << w->method;
}

static int make_rows(struct bench_case *c, const struct bench_opts *o)
{
	const struct way *w;

	c->rows = calloc(WAYS_MAX, sizeof(*c->rows));
	if (c->rows == NULL)
		return -ENOMEM;
	for (unsigned i = 0; (w = way_of(c->pair, i)) != NULL; i++) {
		struct bench_row *row = &c->rows[c->n_rows];

		if (!is_wanted(o, w))
			continue;
		row->way = w;
		row->samples = calloc(o->rounds, sizeof(*row->samples));
		c->n_rows++;
		if (row->samples == NULL)
			return -ENOMEM;
	}
	return 0;
}

static unsigned expected(const struct bench_case *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->n_rows; i++)
		n += way_is_expected(c->rows[i].way);
	return n;
}

static int make_cases(struct bench *b, enum bench_pair pair)
{
	const struct bench_opts *o = &b->opts;
	bool talks = pair == BENCH_MESSAGES;
	unsigned n = talks ? o->n_messages : o->n_sizes;
	int r = 0;

	for (unsigned i = 0; i < n && r == 0; i++) {
		struct bench_case *c = &b->cases[b->n_cases++];

		c->pair = pair;
		c->size = talks ? o->messages[i] : o->sizes[i];
		r = make_rows(c, o);
		b->todo += expected(c) * o->rounds;
	}
	return r;
}

int bench_new(struct bench **ret, const struct bench_opts *opts)
{
	struct bench *b = calloc(1, sizeof(*b));
	int r = 0;

	if (b == NULL)
		return -ENOMEM;
	b->opts = *opts;
	b->far_from = UINT32_MAX;
	b->cases = calloc(CASES_MAX, sizeof(*b->cases));
	if (b->cases == NULL) {
		free(b);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < BENCH_PAIRS && r == 0; i++)
		if (opts->pairs & UINT32_C(1) << i)
			r = make_cases(b, (enum bench_pair)i);
	if (r < 0)
		(void)bench_free(b);
	else
		*ret = b;
	return r;
}

struct bench *bench_free(struct bench *b)
{
	if (b == NULL)
		return NULL;
	for (unsigned i = 0; i < b->n_cases; i++) {
		struct bench_case *c = &b->cases[i];

		for (unsigned j = 0; j < c->n_rows; j++)
			free(c->rows[j].samples);
		free(c->rows);
	}
	free(b->cases);
	free(b);
	return NULL;
}

/* A transfer of its size at 4 GB/s, where a sample is shorter than that. */
static uint64_t case_ns(const struct bench *b, const struct bench_case *c)
{
	uint64_t one = c->size / 4;
	uint64_t each = MAX(b->opts.sample_ns, one) + OVERHEAD_NS;

	return (uint64_t)expected(c) * (b->opts.rounds + 2) * each;
}

uint64_t bench_estimate_ns(const struct bench *b)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < b->n_cases; i++)
		sum += case_ns(b, &b->cases[i]);
	return sum;
}
