/* SPDX-License-Identifier: MIT */
/*
 * Samples to ranks, and what may be said of them.
 *
 * Two ways are compared round by round, and one is better only when so many
 * rounds say so that chance would do it once in a hundred times (a sign test:
 * 7 of 7, 10 of 11) and the ratio in the middle is 5 % or more. Samples with
 * the CPUs near and far are never mixed.
 */
#ifndef BENCH_RANK_H
#define BENCH_RANK_H

#include "bench/bench.h"
#include "bench/way.h"

/* Fewer cannot say that much. */
enum { RANK_ROUNDS_MIN = 7 };

/* The middle one, and from where to where. */
struct rank_spread {
	double median, min, max;
};

/* One way by another: above 1 is more of it. sign: +1 the first is better,
 * -1 the other, 0 nobody can tell. */
struct rank_ratio {
	struct rank_spread by;
	int sign;
	unsigned n; /* rounds in which both took part */
};

struct rank_pair {
	struct rank_ratio speed, cpu;
};

enum rank_verdict {
	RANK_UNKNOWN, /* too few rounds */
	RANK_LEVEL,   /* no difference beyond noise */
	RANK_BETTER,  /* faster or cheaper, and not worse in the other */
	RANK_WORSE,
	RANK_MIXED, /* faster and dearer, or the reverse */
};

struct rank_row {
	const struct bench_row *row;
	/* Bytes a second; CPU seconds a GB; calls a GB. Of messages: trips a
	 * second, microseconds and calls a trip. */
	struct rank_spread rate, here, there;
	double calls;
	unsigned n, by_speed, by_cpu; /* samples; ranks from 1 */
	struct rank_pair beside_plan;
};

/*
 * Which samples are looked at: those whose CPUs were from so many to less than
 * so many nanoseconds apart.
 */
struct rank_range {
	uint32_t from, to;
};

struct rank {
	const struct bench_case *c;
	struct rank_range range;
	uint32_t distance;  /* ns, on average; 0: one CPU */
	unsigned rounds;    /* in which the plan took part */
	unsigned preempted; /* samples in which others had the CPU, of */
	unsigned samples;
	struct rank_row rows[WAYS_MAX]; /* the plan's first, then by speed */
	unsigned n;
};

/* Where the distances of all samples fall into two heaps; see far_from. */
uint32_t rank_split(const struct bench *b);
/* The near ones, or all of them; and the far ones. */
struct rank_range rank_near(const struct bench *b);
struct rank_range rank_far(const struct bench *b);

/* False: there are no such samples. */
bool rank_make(struct rank *ret, const struct bench_case *c,
	       struct rank_range range);
/* a by b, round by round. */
void rank_compare(struct rank_pair *ret, const struct bench_row *a,
		  const struct bench_row *b, struct rank_range range);
enum rank_verdict rank_verdict(const struct rank_pair *p);
/* The way that is better than the plan's by most; NULL: none is. */
const struct rank_row *rank_winner(const struct rank *r);
/* Spread of the plan's rounds, of the middle one: 0.1 is 10 %. */
double rank_noise(const struct rank_row *r);
/* The row of that name; NULL: it did not run. */
const struct bench_row *rank_row_of(const struct bench_case *c,
				    const char *name);

#endif
