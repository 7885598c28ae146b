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
#include "cli/hash.h"
#include "cli/preserve.h"
#include "cli/progress.h"

enum copy_holes { COPY_HOLES_AUTO, COPY_HOLES_KEEP, COPY_HOLES_FILL };

struct copy_values {
	bool explain, force, inplace, json, no_clobber, resume, stable, sync;
	bool one_file_system, recursive, update; /* of trees */
	unsigned method; /* of copy_methods; past its end: as planned */
	unsigned progress, holes, clone;
	unsigned verify; /* of hash_names; HASH_NONE: does not */
	const char *backup, *preserve;
	uint64_t limit, offset, connect_timeout, rate, threads;
};

struct copy {
	struct copy_values values;
	struct ends ends;
	struct pour transfer;
	struct progress progress;
	struct preserve preserve;
	uint64_t from, to; /* positions at which the ends began */
	uint64_t base;     /* bytes that were there already */
	uint64_t total;    /* bytes that there will be; 0: nobody knows */
	char verified[HASH_TEXT_SIZE]; /* the hash of both sides, or "" */
};

/* Names of methods for --method, ended by NULL. */
extern const char *const copy_methods[];
enum { COPY_METHODS = 7 };

/* All of it, between what the two operands name. The exit code. */
int copy_run(struct copy *c, const char *const operands[2]);

/* What of them is for the library; holes depend on the file. */
struct pour_opts copy_opts(const struct copy_values *v);

/*
 * Moves the bytes. An exit code: EXIT_DONE, or it was said why not; after a
 * signal EXIT_SIGNAL and its number, in silence.
 */
int copy_move(struct copy *c);

/* Moves a source on by so many bytes, or to its end. 0 or -errno. */
int copy_skip(const struct end *src, uint64_t bytes);

/* Of each an exit code; what went wrong was said. */

/* Where --resume was asked for: both ends go on where the part ends. */
int copy_resume(struct copy *c);
/* What is kept after a failure, if something is. */
void copy_say_kept(const struct copy *c);
/* Whether --verify will be possible; and then, that it was a copy. */
int copy_verify_check(struct copy *c);
int copy_verify(struct copy *c);

#endif
