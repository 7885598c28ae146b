/* SPDX-License-Identifier: MIT */
/*
 * pour tee, the parts of it.
 *
 *      open source ──► open destinations ──► fan ──► publish ──► wait ──► report
 *      tee.c           tee_open.c            tee_run.c           tee.c
 *                                            └──► hash, a branch like others
 *
 * A destination that fails is said at once, given back, and no part of what
 * follows; the others do not notice.
 */
#ifndef CLI_TEE_H
#define CLI_TEE_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/ends.h"
#include "cli/hash.h"
#include "cli/options.h"
#include "cli/progress.h"

struct tee_values {
	bool append, explain, inplace, json;
	unsigned progress;
	unsigned hash; /* of hash_names; HASH_NONE: none */
	const char *from;
	struct option_list drop, fail;
	uint64_t connect_timeout, limit, linger, rate;
};

struct tee_dst {
	struct ends ends; /* its src is what the source is compared by */
	enum pour_lag lag;
	int branch;      /* of the fan; -1: it was never one */
	bool is_command; /* ends.dst is its standard input */
	bool has_enough; /* a command that closed it: its status counts */
	bool cut;        /* it was not waited for in the end */
	bool failed;     /* and it was said why */
	pid_t pid;       /* of a command that runs; 0: none does */
	uint64_t missed; /* bytes that it lacked when it was cut */
};

struct tee {
	struct tee_values values;
	struct end src;
	struct tee_dst *dsts;
	unsigned n, n_failed;
	struct pour_fan *fan;
	struct progress progress;
	const struct hash_method *hashing;
	void *hash_state;
	char hash[HASH_TEXT_SIZE];         /* "" while there is none */
	uint64_t quiet_since, quiet_bytes; /* of slow ones that are left */
	int code; /* of the source and of signals: EXIT_DONE, or why it ended */
};

/* All of it, to operands and to the lists of options. The exit code. */
int tee_run(struct tee *t, const char *const *operands, unsigned n);

/* An exit code: EXIT_DONE, or what is wrong with the command line was said. */
int tee_spell(struct tee *t, const char *const *operands, unsigned n);
struct ends_opts tee_ends_opts(const struct tee_values *v);
/* Opens them all. Which ones failed was said, and stands in them. */
void tee_open(struct tee *t);
/* Moves the bytes; t->code says how it went, and the dsts. */
void tee_move(struct tee *t);

/* It failed, and that was said: it is given back, and is none of the others. */
void tee_give_up(struct tee *t, struct tee_dst *d);
/* It is not waited for any more, and will never get so many bytes. */
void tee_cut(struct tee *t, struct tee_dst *d, uint64_t missed);
/* The account of one, with what it was never given. Zero: it has none. */
struct pour_account tee_account(const struct tee *t, const struct tee_dst *d);

#endif
