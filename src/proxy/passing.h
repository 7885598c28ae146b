/* SPDX-License-Identifier: MIT */
/*
 * A conversation under way: the relay, and what it waits for.
 *
 *      begin ─► step ─┬─ for a descriptor ─► the loop ─┐
 *                 ▲   ├─ for the CPU ──► the next turn ┤
 *                 │   └─ for a while ──► a timer ──────┤
 *                 └────────────────────────────────────┘
 */
#ifndef PROXY_PASSING_H
#define PROXY_PASSING_H

#include <stdbool.h>
#include <stdint.h>

struct talk;
struct timer;

/* As all states of a talk: whether the next one goes on at once. */
bool passing_begin(struct talk *t);
/* These epoll events were reported of that side's descriptor. */
bool passing_ready(struct talk *t, int side, uint32_t events);
/* It is its turn again. */
bool passing_step(struct talk *t);

/* For the lane's waits. */
void passing_late(struct timer *t);

#endif
