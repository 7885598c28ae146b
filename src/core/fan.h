/* SPDX-License-Identifier: MIT */
/*
 * A fan inside. Positions are bytes of the source from its beginning:
 *
 *      source ══in══► trunk ──tee──► branch pipes ══out══► destinations
 *                     │            │
 *                   head         head + in the trunk
 *
 * tee() always begins at the head of the trunk, so a branch that has bytes
 * beyond the head waits until the head has come that far.
 */
#ifndef CORE_FAN_H
#define CORE_FAN_H

#include <pour.h>
#include <stdbool.h>

struct branch {
	struct pour out; /* from its pipe to its destination */
	int pipe[2];
	uint64_t at;    /* position up to which it has, or missed, bytes */
	uint64_t given; /* bytes that were put into its pipe */
	enum pour_lag lag;
	int want;
};

struct pour_fan {
	struct pour in; /* from the source into the trunk */
	int trunk[2];
	uint64_t head;       /* position of the first byte in the trunk */
	const void *opening; /* goes to every branch before all else */
	size_t opening_size;
	char *chunk; /* where tee() does not suit: bytes read back */
	uint64_t chunk_len;
	bool copies;  /* it does not */
	bool direct;  /* no trunk and no pipes: see fan_direct.c */
	uint64_t end; /* where the source ended, if it did so directly */
	bool started;
	int want;  /* of the source */
	int error; /* of the source */
	unsigned n_branches;
	struct branch **branches;
};

static inline bool pour_branch_runs(const struct branch *b)
{
	return b->out.account.ended == POUR_ENDED_NOT;
}

/* Hands bytes of the trunk to the branches. True: something moved. */
bool pour_fan_spread(struct pour_fan *fan);

/* ── fan_direct.c ── */

/* Whether each branch may read the source by itself, if all are sockets. */
bool pour_fan_may_be_direct(const struct pour_fan *fan);
/* As pour_begin(). */
int pour_fan_begin_direct(const struct pour_fan *fan, struct branch *b,
			  struct pour_end dst);
/* One turn of every branch. True: something moved. */
bool pour_fan_turn_direct(struct pour_fan *fan);

#endif
