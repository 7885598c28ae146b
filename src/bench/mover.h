/* SPDX-License-Identifier: MIT */
/*
 * Who moves: one way between ends that are open, a transfer a call. Buffers
 * and pipes stay from sample to sample, as in a program that runs.
 *
 *      mover_begin ─► mover_use ─► mover_move … mover_move ─► mover_done
 *                       ▲             └── sums up what accounts say
 *                       └── ends of the next sample
 */
#ifndef BENCH_MOVER_H
#define BENCH_MOVER_H

#include "bench/bench.h"
#include "bench/way.h"

/* Ends as the mover has them; the far ones are not its business. */
struct ends {
	enum bench_pair pair;
	int dst[BENCH_BRANCHES_MAX];
	unsigned n_dst;
	int src;            /* -1: memory */
	const char *memory; /* or NULL */
	bool fresh;         /* a file is emptied before */
};

struct mover {
	const struct way *way;
	const struct ends *ends;
	uint64_t size;
	struct pour_end src, dst; /* that are files: known once */
	struct pour_pool *pool;
	struct pour_acks acks;
	struct pour p;
	struct hand hand;
	/* Sums, of all transfers. */
	uint64_t bytes, polls;
	uint64_t moved[POUR_METHODS_ROOM], called[POUR_METHODS_ROOM];
	int left; /* the last errno for which the forced method was left */
};

/* 0 or -errno. */
int mover_begin(struct mover *m, const struct way *way, uint64_t size);
/* From now on between these ends; sums begin anew. 0 or -errno. */
int mover_use(struct mover *m, const struct ends *ends);
/* A whole transfer; of messages: all of them, until the asker ends. */
int mover_move(struct mover *m);
/* Safe on all zero. */
void mover_done(struct mover *m);

#endif
