/* SPDX-License-Identifier: MIT */
/*
 * What pour bench shows while it measures: how far it is, on a terminal's
 * standard error, and each table on standard output as soon as it is there.
 */
#ifndef CLI_BENCH_SHOW_H
#define CLI_BENCH_SHOW_H

#include "bench/bench.h"

struct bench_show {
	const struct bench *b;
	bool is_quiet; /* standard output is for something else */
	bool colours, has_line, has_begun;
	bool is_broken; /* nobody takes the tables: no need to go on */
	uint64_t begun_ns, shown_ns;
};

void bench_show_begin(struct bench_show *s, const struct bench *b, bool quiet);
/* Between samples; true: it has to end. For bench_opts.stop. */
bool bench_show_progress(void *show, const struct bench *b);
/* For bench_opts.case_done. */
void bench_show_case(void *show, const struct bench_case *c);
/* What all of it comes to. */
void bench_show_end(struct bench_show *s);

#endif
