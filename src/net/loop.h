/* SPDX-License-Identifier: MIT */
/*
 * The loop, one a thread: waits for readiness and calls whom it belongs to.
 * epoll's data holds a slot's index and its generation, never a pointer, so an
 * event for something that was dropped earlier in the same turn is recognised
 * and thrown away.
 *
 *      epoll_wait ──► slot ──► ready(context, events)      and then timers
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdint.h>

#include "base/list.h"
#include "net/timer.h"

/* events: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR, ORed. */
typedef void loop_ready(void *context, uint32_t events);

struct loop_slot;

struct loop {
	int epoll_fd;
	int wake_fd;
	struct loop_slot *slots;
	uint32_t n_slots; /* that there is room for */
	uint32_t n_used;  /* that somebody has, or had */
	uint32_t free_slot;
	uint32_t first_generation; /* of slots that nobody had */
	struct list queues;        /* of timers */
	uint64_t now_ms;           /* CLOCK_MONOTONIC as of this turn */
	uint64_t wake_key;
};

/* 0 or -errno. */
int loop_init(struct loop *l);
/* Safe on one that is half built. Closes no descriptor but its own two. */
void loop_done(struct loop *l);

/*
 * Gives fd (borrowed) a place; nothing is watched before loop_want(). *ret_key
 * names it from then on and is never 0. 0 or -ENOMEM. The context must stay
 * until loop_drop().
 */
int loop_add(struct loop *l, int fd, loop_ready *ready, void *context,
	     uint64_t *ret_key);
/*
 * Watches for these events, level-triggered; costs nothing if they are the
 * same. 0 takes the descriptor out of the set, so that not even a hang-up wakes
 * the loop; any other value puts it back. 0 or -errno.
 */
int loop_want(struct loop *l, uint64_t key, uint32_t events);
/* Forgets it; call before closing the descriptor. Safe on key 0. */
void loop_drop(struct loop *l, uint64_t key);
/*
 * Forgets it and closes its descriptor, which takes it out of epoll's set: a
 * call less. Only for one that nobody has a duplicate of.
 */
void loop_close(struct loop *l, uint64_t key);

/* Gives the room of places that are free, at the end, back. Between turns. */
void loop_trim(struct loop *l);

/* Fires the queue's timers from this loop; before the first timer_start(). */
void loop_add_queue(struct loop *l, struct timer_queue *q);

/*
 * One turn: waits until something is ready or due (or at most max_wait_ms),
 * and calls everybody concerned. 0 or -errno.
 */
int loop_turn(struct loop *l, uint64_t max_wait_ms);
/* Ends the wait of loop_turn(). From any thread and from signal handlers. */
void loop_wake(struct loop *l);

#endif
