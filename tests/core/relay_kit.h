/* SPDX-License-Identifier: MIT */
/*
 * A conversation through a relay:
 *
 *      peer[0] ── ours[0] ══ relay ══ ours[1] ── peer[1]
 */
#ifndef TESTS_CORE_RELAY_KIT_H
#define TESTS_CORE_RELAY_KIT_H

#include <pour.h>

struct talk {
	struct pour_relay relay;
	int ours[2], peer[2];
	int last; /* what the last step said */
};

/* domain: AF_INET over loopback, or AF_UNIX. */
void talk_open(struct talk *t, int domain, const struct pour_relay_opts *opts);
void talk_close(struct talk *t);
/* Finishes the relay and closes its descriptors, as their owner would. */
void talk_close_ours(struct talk *t);
void talk_say(struct talk *t, int side, const char *text);
/* Steps until something arrives at that peer: as a string. */
const char *talk_hear(struct talk *t, int side);
/* Steps until the stream of that peer ends: 0, or errno. */
int talk_end(struct talk *t, int side);
/* A step, after what is on loopback has arrived. */
void talk_step(struct talk *t);
/* A step; and whether bytes are queued to the second peer by then. */
int talk_is_queued(struct talk *t);
/* The account of the direction that comes from that side. */
const struct pour_account *talk_account(const struct talk *t, unsigned side);
/* Steps until it is over: its answer. */
int talk_over(struct talk *t);
/* Sends until nothing more goes; how much. And receives all of that. */
size_t talk_fill(struct talk *t, int side);
size_t talk_drain(struct talk *t, int side);
uint64_t real_clock(void);

#endif
