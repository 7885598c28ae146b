/* SPDX-License-Identifier: MIT */
/* The numbers of one thread of the server, and the page that shows all. */
#ifndef SERVE_TALLY_H
#define SERVE_TALLY_H

#include <stdint.h>

#include "base/counter.h"
#include "http/head.h"
#include "net/metrics.h"

enum { TALLY_CODE_MIN = 100, TALLY_CODES = 500 };
/* Methods that have a name in the numbers; the last one is "other". */
enum { TALLY_METHODS = 3 };

/* Counters and nothing else, as a struct metrics is. */
struct tally {
	struct metrics metrics;
	struct histogram seconds;
	struct counter requests[TALLY_METHODS][TALLY_CODES];
};

/* An answer with that status has ended, so long after its request began. */
void tally_note(struct tally *y, const struct head *head, int status,
		uint64_t took_ms, const struct pour_account *account);
void tally_add(struct tally *sum, const struct tally *y);
/* Everything that is a sum over threads. */
void tally_write(struct text *t, const struct tally *sum);

#endif
