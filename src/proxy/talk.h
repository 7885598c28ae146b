/* SPDX-License-Identifier: MIT */
/*
 * A conversation: one client, one target, and a relay between them.
 *
 *      accept ─► GREET, where its first bytes decide ─► DIAL, or else at once
 *
 *                DIAL ── connected ──► RELAY ── both ended, or one failed ─┐
 *                │ ▲ └ none is left: ──────────────────────────────────────┤
 *                │ └ refused, late: the next one                           ▼
 *                └► WAIT for a place with a target, and again           CLOSED
 *
 * Nothing is read from the client before somebody has taken the call: what it
 * sends stays in its socket, and so does its end. A conversation in which
 * nothing moves is this object, two places in the loop and two descriptors.
 */
#ifndef PROXY_TALK_H
#define PROXY_TALK_H

#include <assert.h>
#include <pour.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "net/addr.h"
#include "net/peer.h"
#include "net/proxy_header.h"
#include "net/timer.h"
#include "proxy/allowance.h"
#include "proxy/balance.h"
#include "proxy/hello.h"

struct client;
struct lane;
struct route;
struct upstream;

enum talk_state { TALK_GREET, TALK_DIAL, TALK_WAIT, TALK_RELAY, TALK_CLOSED };

/* Both sides of it, as in the relay's sides. */
enum { CLIENT, SERVER };

/* What it needs until it is under way. */
struct opening {
	struct opening *next_free;
	struct talk *talk;
	struct route *route; /* one share */
	struct balance_tried tried;
	uint32_t index;       /* of the target that is tried, in the route; */
	struct route *before; /* or in this one, a share, if there is one */
	struct list wait;     /* among those that wait for the route */
	/* What was read of the client, and how much of it is used up. */
	char *in;
	uint32_t in_len, in_size, used;
	bool wants_header, wants_hello;
	struct hello_scan scan;
	struct addr dst; /* what the client called, as a header says */
	uint32_t out_len;
	char *out; /* what the target is told first; NULL: nothing */
};

struct talk {
	struct list link; /* among the lane's talks */
	/* Its one deadline; or its place among those that go on in the next
	 * turn, or wait for a target: then it has none. */
	struct timer timer;
	struct lane *lane;
	struct opening *opening;   /* NULL: it is under way */
	struct upstream *upstream; /* a share and a place; or NULL */
	struct client *client;     /* for limits; maybe NULL */
	uint64_t key[2];           /* in the loop */
	uint64_t began_ms;         /* accepted */
	uint32_t connect_ms;       /* took so long, once it is under way */
	int fd[2];                 /* -1: none */
	uint16_t tries;            /* to connect */
	uint8_t state;             /* enum talk_state */
	bool passing : 1;          /* the relay was begun */
	bool queued  : 1;          /* it goes on in the next turn */
	bool entered : 1;          /* it counts as a client */
	bool paced   : 1;          /* it has an allowance */
	char cause, phase;         /* why it ended, and when; see line.h */
	struct peer peer;
	struct pour_relay relay;
	struct allowance allowance[]; /* one, if paced */
};

/* With two places of 32 bytes in the loop and what malloc() takes for itself:
 * less than 512 bytes. */
static_assert(sizeof(struct talk) <= 424, "idle conversations are cheap");

/* Owns fd when it answers 0; -errno: the caller still does. */
int talk_new(struct lane *lane, int fd, const struct addr *peer,
	     struct client *client);
/* It is its turn: the timer by which it was in the list. */
void talk_go_on(struct list *timer_link);
/* Closes all; whoever still talks is reset. */
void talk_cut_all(struct list *talks);

/* ── For its states: each answers whether the next one goes on at once ── */

bool talk_to(struct talk *t, enum talk_state state);
/* It ended, for a cause and in a phase as in line.h. */
bool talk_end(struct talk *t, char cause, char phase);
void talk_free_opening(struct talk *t);
/* Those that the lane has kept for the next clients go. */
void talk_free_openings(struct lane *l);
/* Its place with a target is free again. */
void talk_leave_upstream(struct talk *t);
/* Watches the server's descriptor. 0 or -errno. */
int talk_watch_server(struct talk *t, uint32_t events);
/* Goes through its states until it waits; it may be gone afterwards. */
void talk_run(struct talk *t);

#endif
