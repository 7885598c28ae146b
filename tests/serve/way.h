/* SPDX-License-Identifier: MIT */
/* An answer on its way through a socket, without a server around it. */
#ifndef TESTS_SERVE_WAY_H
#define TESTS_SERVE_WAY_H

#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/send.h"

/* An answer, the sending of it, and both ends of its socket. */
struct way {
	struct answer answer;
	struct send send;
	struct cache cache;
	struct pour_pool *pool;
	int fd[2];
	int file;          /* what parts are of; -1: none */
	int overs;         /* how often it was told that it is over */
	unsigned turns;    /* how often it said "next turn" */
	char got[1 << 20]; /* by the client */
	size_t got_len;
};

struct way *way_new(void);
void way_free(struct way *w);
/* What has come, to w->got. */
void way_receive(struct way *w);
/* To its end; how it ended. */
int way_go(struct way *w);
/* What was got behind the head. */
const char *way_body(const struct way *w);
/* For body_over: counts in w->overs. */
void way_over(void *context);

#endif
