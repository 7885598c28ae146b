/* SPDX-License-Identifier: MIT */
/* The ways from one end to another: which there are for each pair. */
#ifndef BENCH_WAY_H
#define BENCH_WAY_H

#include "bench/bench.h"
#include "bench/hand.h"

enum way_kind {
	WAY_PLAN,   /* as the library chooses */
	WAY_METHOD, /* one method, forced */
	WAY_EACH,   /* to many: a transfer to each, one after the other */
	WAY_LOOP,   /* written by hand */
};

struct way {
	const char *name;
	enum way_kind kind;
	enum pour_method method; /* forced; of a loop: what it amounts to */
	uint32_t size; /* of the pipe, or of the loop's buffer; 0: default */
	bool is_here;  /* the file at its own position: an offset of NULL */
	hand_function *loop;
};

enum { WAYS_MAX = 24 };

/* The n-th way for that pair, or NULL. The first is the plan's. */
const struct way *way_of(enum bench_pair pair, unsigned n);
/* Whether it is one that is thought to run. */
bool way_is_expected(const struct way *way);

#endif
