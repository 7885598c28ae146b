/* SPDX-License-Identifier: MIT */
/*
 * Who of those that come in may stay, and what becomes of the others.
 *
 *      accept ─► room? ─► limits? ─► session
 *                  │         └ no: 503, and a close that lets it arrive
 *                  ├ no: who has been idle longest makes room
 *                  └ no descriptors at all: the reserve takes one in, to be
 *                    told 503, and nobody is accepted for a while
 */
#ifndef SERVE_ADMIT_H
#define SERVE_ADMIT_H

#include <stdint.h>

struct limits;
struct serve_opts;
struct worker;

/* Who was turned away and waits for that to arrive; beyond: just closed. */
enum { TURNED_AWAY_MAX = 32 };

/* The limits that these options have. */
void admit_set(struct limits *l, const struct serve_opts *opts);

/* The descriptor that is given up when there is no other. */
void admit_init(struct worker *w);
void admit_done(struct worker *w);
/*
 * One connection of that listener: 0, -EAGAIN: nobody waits, -EMFILE or the
 * like: nobody can be taken in now.
 */
int admit_one(struct worker *w, int listener);

#endif
