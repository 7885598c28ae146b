/* SPDX-License-Identifier: MIT */
/* What is moved from and to, where it is no socket: files without a name, and
 * memory. Made once, as large as the largest transfer, and full of pattern. */
#ifndef BENCH_STOCK_H
#define BENCH_STOCK_H

#include "bench/bench.h"

struct stock {
	int src, dst;  /* files; -1: no case wants one */
	char *memory;  /* NULL: no case wants it */
	uint64_t size; /* of each of them */
};

bool stock_wants_src(enum bench_pair pair);
bool stock_wants_dst(enum bench_pair pair);
bool stock_wants_memory(enum bench_pair pair);

/* 0, or -errno and b->error. */
int stock_begin(struct stock *s, struct bench *b);
void stock_done(struct stock *s);

#endif
