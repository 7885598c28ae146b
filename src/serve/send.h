/* SPDX-License-Identifier: MIT */
/*
 * An answer on its way: a transfer for each part of its body, one after the
 * other, into one socket, and one account over all of them. One that lies in
 * one piece, its head right before its body, is a call and no transfer at all.
 *
 *      send_begin ──► send_step ──► 0, or what it waits for ──► send_finish
 *                        ├ one piece? a call ── not all? a transfer goes on
 *                        └ part over? account kept, next part begun ┘
 */
#ifndef SERVE_SEND_H
#define SERVE_SEND_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>

struct answer;

/* All zero at first. */
struct send {
	struct answer *answer;
	struct pour_pool *pool;
	int fd;
	bool corked, parted;
	bool last;  /* the connection ends with it, as soon as it is sent */
	bool whole; /* in one call, or not begun: its account is once */
	struct pour_account once; /* zero but for what send.c sets each time */
	struct pour pour;         /* of the part that leaves now */
	struct pour_account past; /* of the parts before it, when parted */
	struct pour_account sum;
};

/* Nothing is sent yet. 0 or -errno. */
int send_begin(struct send *s, int fd, struct pour_pool *pool,
	       struct answer *a);
/*
 * As pour_step(): 0, POUR_WANT_*, or -errno. Alone: nobody else waits for his
 * turn, so this one may be longer.
 */
int send_step(struct send *s, bool alone);
/*
 * So many bytes more of the body may leave, and then steps answer
 * POUR_WANT_TIME: pour_allow(), over all parts. What was left so far.
 */
uint64_t send_allow(struct send *s, uint64_t bytes);
/*
 * What was borrowed goes back; the account stays. The last bytes of an answer
 * that closes may be held back still: close() or shutdown() lets them go.
 */
void send_finish(struct send *s);
/* Of the whole answer; as the last part ended, so did it. */
const struct pour_account *send_account(struct send *s);
/* Bytes that the socket took so far, heads included. */
uint64_t send_moved(const struct send *s);

#endif
