/* SPDX-License-Identifier: MIT */
/*
 * The peer of a body that is on its way: whether it goes on giving or taking
 * bytes, and how many of an answer may lie ready for it.
 *
 * Of an answer what counts is what the peer acknowledged: the kernel's memory
 * takes a piece at a time, and with a slow peer that may be minutes after the
 * one before.
 */
#ifndef SERVE_WATCH_H
#define SERVE_WATCH_H

#include <stdbool.h>

struct session;

/* The body of a request is read from now on. */
void watch_body(struct session *s);
/* An answer waits for its peer from now on. */
void watch_answer(struct session *s);
/*
 * Whoever has taken much of an answer quickly is trusted with as much memory as
 * the kernel likes from then on: a bound costs him more calls and smaller
 * pieces. Asked while an answer waits, and at its end.
 */
void watch_trust(struct session *s);
/* The time of a look has come; false: the peer is too slow. */
bool watch_look(struct session *s);

#endif
