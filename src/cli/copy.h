/* SPDX-License-Identifier: MIT */
/*
 * pour copy, the parts of it.
 *
 *      open ──► go on where a part ends ──► move ──► verify ──► preserve
 *      ends.c   copy_resume.c    copy_move.c  copy_verify.c  preserve.c
 *                                                       └──► publish  ends.c
 */
#ifndef CLI_COPY_H
#define CLI_COPY_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/ends.h"
#include "cli/progress.h"

enum copy_holes { COPY_HOLES_AUTO, COPY_HOLES_KEEP, COPY_HOLES_FILL };

struct copy_values {
	bool explain, force, inplace, json, no_clobber, stable, sync;
	unsigned method; /* of copy_methods; past its end: as planned */
	unsigned progress, holes, clone;
	const char *backup;
	uint64_t limit, offset, connect_timeout, rate;
};

struct copy {
	struct copy_values values;
	struct ends ends;
	struct pour transfer;
	struct progress progress;
	uint64_t total; /* bytes that there will be; 0: nobody knows */
};

/* Names of methods for --method, ended by NULL. */
extern const char *const copy_methods[];
enum { COPY_METHODS = 7 };

/*
 * Moves the bytes. An exit code: EXIT_DONE, or it was said why not; after a
 * signal EXIT_SIGNAL and its number, in silence.
 */
int copy_move(struct copy *c);

#endif
