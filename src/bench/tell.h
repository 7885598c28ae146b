/* SPDX-License-Identifier: MIT */
/* What was measured, as text: for people, for programs, for gnuplot. */
#ifndef BENCH_TELL_H
#define BENCH_TELL_H

#include "base/text.h"
#include "bench/bench.h"

/* Before: what will be done, how long it takes, how much it needs. */
void tell_plan(struct text *t, const struct bench *b);
/* Where it was measured: CPUs, network, kernel, file system. */
void tell_place(struct text *t, const struct bench *b);
/* The tables of one case, near and far. */
void tell_case(struct text *t, const struct bench *b,
	       const struct bench_case *c, bool colours);
/* After: which choices of the plan were beaten, and which claims hold. */
void tell_choices(struct text *t, const struct bench *b, bool colours);
void tell_claims(struct text *t, const struct bench *b, bool colours);
/* All of it, as one object. */
void tell_json(struct text *t, const struct bench *b);
/* A script that draws all of it: SVG on gnuplot's standard output. */
void tell_gnuplot(struct text *t, const struct bench *b);

#endif
