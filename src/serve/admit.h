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

struct door;
struct limits;
struct serve_opts;

/* Who was turned away and waits for that to arrive; beyond: just closed. */
enum { TURNED_AWAY_MAX = 32 };

/* The limits that these options have. */
void admit_set(struct limits *l, const struct serve_opts *opts);

/* For the worker's door. */
int admit_one(struct door *d, int listener);

#endif
