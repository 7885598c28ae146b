/* SPDX-License-Identifier: MIT */
/*
 * Rates that answers share: each asks for a portion, waits until its moment has
 * come, and may then send that much; so sendfile() stays what moves it.
 *
 *      step ─► WANT_TIME ─► pace_wait ─► (timer) ─► pace_over ─► step
 */
#ifndef SERVE_PACE_H
#define SERVE_PACE_H

#include <stdbool.h>

struct session;
struct timer;

/* The answer is ready to begin. */
void pace_begin(struct session *s);
/* It has used up its portion: whether it may go on in the next turn already;
 * else its timer runs, and nothing else is watched. */
bool pace_wait(struct session *s);
/* What it did not use goes back. */
void pace_end(struct session *s);
/* For the worker's waits. */
void pace_over(struct timer *t);

#endif
