/* SPDX-License-Identifier: MIT */
/*
 * The life of a connection.
 *
 *                 ┌─────────── kept alive ───────────┐
 *                 ▼                                  │
 *      accept ─► READ ── head ──► ANSWER ── reply ─► SEND ──► LINGER ─► CLOSED
 *                 │ └ a body: BODY ─┘                 │ no peer data: ─────┘
 *                 └───── idle too long, peer left ───┴───────────────────┘
 *
 * While it waits in READ with nothing buffered it holds a descriptor, a place
 * in the loop and this small object, and nothing else.
 */
#ifndef SERVE_SESSION_H
#define SERVE_SESSION_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "net/peer.h"
#include "net/timer.h"

struct addr;
struct client;
struct work;
struct worker;

enum session_state {
	SESSION_READ,
	SESSION_BODY,
	SESSION_ANSWER,
	SESSION_SEND,
	SESSION_LINGER,
	SESSION_CLOSED,
};

struct session {
	struct list link; /* among the worker's sessions */
	struct list run;  /* in the run queue, when it goes on next turn */
	struct timer timer;
	struct worker *worker;
	struct work *work;     /* NULL: idle */
	struct client *client; /* for limits; maybe NULL */
	uint64_t key;          /* in the loop */
	int fd;
	uint32_t drained; /* while lingering: bytes thrown away */
	uint8_t state;    /* enum session_state */
	bool asked;       /* it had an answer before */
	bool waits;       /* the deadline of this head is running */
	bool trusted;     /* it has taken much quickly */
	bool turned_away; /* it never was let in, and counts apart */
	struct peer peer;
};

static_assert(sizeof(struct session) < 200, "idle connections are cheap");

/*
 * Both own fd when they answer 0; -errno: the caller still does. A new one has
 * entered as client; one that parts was answered already, and only lingers.
 */
int session_new(struct worker *w, int fd, const struct addr *peer,
		struct client *client);
int session_part(struct worker *w, int fd);
/*
 * Closes the one that waits idly for the longest time, or else the one that
 * has taken longest over a head, if it was long; false: there is none.
 */
bool session_make_room(struct worker *w);
/* It is its turn in the run queue, from which it was taken. */
void session_go_on(struct list *run);
/* Those that wait idly close, unless a request lies there already. */
void session_drain_all(struct list *sessions);
/* Closes all; answers under way are logged as aborted. */
void session_cut_all(struct list *sessions);

/* For the worker's timer queues. */
void session_head_late(struct timer *t);
void session_late(struct timer *t);
void session_body_late(struct timer *t);

#endif
