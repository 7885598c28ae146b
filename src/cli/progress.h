/* SPDX-License-Identifier: MIT */
/*
 * How far it is: a line on a terminal, lines for scripts, an answer to USR1.
 * Looking never changes the path that the bytes take.
 *
 *      1.20 GiB  45%  312 MiB/s  (298 MiB/s)  ETA 0:04  splice 98% copy 2%
 *      └─ done         └─ now     └─ on average          └─ by which method
 *
 * A line appears when it lasts for more than a second, and is as wide as the
 * terminal lets it be: what matters least goes first.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/progress_line.h"

enum progress_when { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

enum { PROGRESS_SAMPLES = 8 };

struct progress_opts {
	enum progress_when when;
	const char *what; /* goes on, where it is not a copy; or NULL */
	bool json;        /* lines for scripts, and no other */
	uint64_t total;   /* bytes there will be; 0: nobody knows */
	uint64_t base;    /* of them, what was there at the beginning */
	int output; /* where the bytes go: not where a line may go; or -1 */
};

struct progress {
	struct progress_opts opts;
	uint64_t files; /* of a tree, so far */
	bool draws;
	bool erases;      /* the terminal can clear the rest of a line */
	int width, shown; /* columns: of the terminal, of the line on it */
	uint64_t began_ns, next_ns;
	struct progress_sample {
		uint64_t ns, bytes;
	} samples[PROGRESS_SAMPLES]; /* the latest ones, in a ring */
	unsigned n_samples;
};

void progress_begin(struct progress *p, const struct progress_opts *opts);
/*
 * To be called often: draws, and answers USR1. Not 0: a signal wants an end,
 * see signals_stop().
 */
int progress_look(struct progress *p, const struct pour_account *a);
/* Something else will be said: the line goes, and comes back later. */
void progress_make_way(struct progress *p);
/* Nothing stays on the terminal but a whole line. */
void progress_end(struct progress *p, const struct pour_account *a);
/* The same, for who says it otherwise. */
struct progress_view progress_view(const struct progress *p,
				   const struct pour_account *a);

#endif
