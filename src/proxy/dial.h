/* SPDX-License-Identifier: MIT */
/*
 * Getting somebody to take the call.
 *
 *      choose ─► connect ─┬─ answered: the relay begins
 *        ▲  └ all full:   ├─ refused, late ─► the next one, each once
 *        │    queue ──┐   └─ nobody is left: it ends
 *        └── a place ─┘
 */
#ifndef PROXY_DIAL_H
#define PROXY_DIAL_H

#include <stdbool.h>
#include <stdint.h>

struct lane;
struct talk;
struct timer;

/* As all states of a talk: whether the next one goes on at once. */
bool dial_next(struct talk *t);
/* The descriptor of the target, or of the client, has something to say. */
bool dial_answered(struct talk *t);
bool dial_client(struct talk *t);

/* Whoever waits for a place tries again, in the order in which they came. */
void dial_queue(struct lane *lane);
/* It waits no longer, if it did. */
void dial_leave_queue(struct talk *t);
/* The lane's routes are others: who waits does so for one of these. */
void dial_renew_queue(struct lane *lane);

/* For the lane's timer queues. */
void dial_late(struct timer *t);
void dial_again(struct timer *t);
void dial_waited(struct timer *t);

#endif
