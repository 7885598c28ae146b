/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a server, and their sockets for each thread.
 *
 *      wanted ──► those we have: go on as they are
 *             └─► the others: opened, and handed out one a thread
 */
#ifndef SERVE_LISTEN_H
#define SERVE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "serve/adopt.h"

struct listening {
	uint32_t id;
	struct addr wanted; /* as it was asked for: port 0 is 0 */
	struct addr bound;
};

struct listen_set {
	uint32_t n, room, n_threads;
	struct listening *at;
	uint32_t *ids; /* of all of them */
	/* What is new in it: a row for each thread, in it n_new of them. */
	uint32_t n_new;
	struct newcomer *newcomers;
};

/*
 * Fills *ret with those n addresses, taking over what is in before. -errno:
 * it was about wanted[ret->n], or about memory. listen_done() is due in either
 * case, and while before holds no sockets itself it may follow at once.
 */
int listen_open(struct listen_set *ret, const struct listen_set *before,
		const struct addr *wanted, uint32_t n, uint32_t n_threads);
/* The sockets of one thread that are new: n_new of them. */
const struct newcomer *listen_newcomers(const struct listen_set *l,
					uint32_t thread);
/* The sockets that are new were handed out; the set no longer has them. */
void listen_handed(struct listen_set *l);
/* Removes the files of unix sockets that are not in after, or NULL. */
void listen_unlink(const struct listen_set *l, const struct listen_set *after);
/* Gives the memory back, and closes what was not handed out. */
void listen_done(struct listen_set *l);

#endif
