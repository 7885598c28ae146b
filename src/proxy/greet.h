/* SPDX-License-Identifier: MIT */
/*
 * What a client says before its conversation: who it is, where a proxy before
 * this one tells (the PROXY protocol), and whom it wants, where that decides
 * (the name in a TLS hello).
 *
 *      bytes ─► header? ─► hello? ─► dial
 *                  └ wrong, late, not allowed: it ends
 *
 * The bytes are read into memory that is given back as soon as the target has
 * them: a header is used up, all else goes on as it came.
 */
#ifndef PROXY_GREET_H
#define PROXY_GREET_H

#include <stdbool.h>

struct addr;
struct proxy_opts;
struct talk;
struct timer;

/* What is to be read of a client from there. */
bool greet_wants_header(const struct proxy_opts *o, const struct addr *peer);
bool greet_wants_hello(const struct proxy_opts *o);
/* Whether a client from there may come in at all. */
bool greet_allows(const struct proxy_opts *o, const struct addr *peer);

/* As all states of a talk: whether the next one goes on at once. */
bool greet_begin(struct talk *t);
/* The client's descriptor has something to say. */
bool greet_ready(struct talk *t);

/* For the lane's timer queue. */
void greet_late(struct timer *t);

#endif
