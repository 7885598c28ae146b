/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a server or a proxy, and their sockets for each thread.
 *
 *      wanted ──► those we have: go on as they are
 *             └─► the others: opened, and handed out one a thread
 */
#ifndef NET_LISTEN_H
#define NET_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

enum { LISTEN_THREADS_MAX = 1024 };

/* A listening descriptor for one thread. */
struct newcomer {
	uint32_t id; /* of its address */
	int fd;
};

struct listening {
	uint32_t id;
	int inherited;      /* the descriptor that was given, or -1 */
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

/* What a server is to listen on. */
struct listen_wish {
	const int *inherited; /* listening sockets, which stay the caller's */
	uint32_t n_inherited;
	const struct addr *addresses;
	uint32_t n_addresses;
};

/*
 * Fills *ret with what is wished for, the inherited sockets first, taking over
 * what is in before. -errno: it was about number ret->n of them, or about
 * memory. listen_done() is due in either case.
 */
int listen_open(struct listen_set *ret, const struct listen_set *before,
		const struct listen_wish *wish, uint32_t n_threads);
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
