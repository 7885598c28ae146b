/* SPDX-License-Identifier: MIT */
/*
 * Where what pour bench found goes: a file that appears when it is whole, or
 * what stands there already and is no file; and gnuplot, which draws it.
 */
#ifndef CLI_BENCH_OUT_H
#define CLI_BENCH_OUT_H

#include "base/text.h"
#include "cli/draft.h"

struct bench_out {
	const char *name; /* NULL: it is not wanted; "-": standard output */
	int fd;
	bool is_draft;
	struct draft draft;
};

/* Opens it, before the work whose result it is for. 0 or -errno, said. */
int bench_out_begin(struct bench_out *o, const char *name);
/* Writes all of the text, and gives it its name. 0 or -errno, said. */
int bench_out_put(struct bench_out *o, const struct text *t);
/* The same of what gnuplot makes of that script. */
int bench_out_plot(struct bench_out *o, const struct text *script);
/* Gives up what was not put. */
void bench_out_done(struct bench_out *o);

/* Whether gnuplot can be started. 0 or -errno, said. */
int bench_out_find_gnuplot(void);

#endif
