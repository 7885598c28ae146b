/* SPDX-License-Identifier: MIT */
/*
 * One sample: ends are opened, the far ones wait, one way moves so many
 * transfers, and both sides say what they saw.
 *
 *      clock ─► transfers ─► the far end has the last byte ─► clock
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "bench/bench.h"
#include "bench/mover.h"
#include "bench/stock.h"

struct sample {
	const struct bench *b;
	const struct stock *stock;
	enum bench_pair pair;
	uint64_t size;
	struct mover *mover; /* of the way that is measured */
	uint64_t transfers;
	bool checks; /* compares each byte; the times mean nothing then */
};

/* 0 or -errno, of which mover->left may say more; -EILSEQ: other bytes came
 * than were sent. */
int sample_take(const struct sample *s, struct bench_sample *ret);

#endif
