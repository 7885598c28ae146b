/* SPDX-License-Identifier: MIT */
/* The resolver from inside: resolver.c asks, resolver_read.c reads answers. */
#ifndef NET_RESOLVER_INSIDE_H
#define NET_RESOLVER_INSIDE_H

#include <ares.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/found.h"
#include "net/resolver.h"
#include "net/timer.h"

/* By UDP and by TCP, of as many servers as we would ask. */
enum { QUESTION_SOCKS = 4 * RESOLVER_SERVERS_MAX };

struct question_sock {
	struct question *question;
	int fd;       /* -1: none */
	uint64_t key; /* in the loop */
};

/* One question, with a channel and so with ports of its own. */
struct question {
	struct resolver *resolver;
	struct resolver_question ask;
	char name[RESOLVER_NAME_SIZE];
	ares_channel channel;
	struct timer timer;
	uint32_t open;  /* queries that are not answered */
	bool forgotten; /* nobody listens */
	int nothing;    /* what said that there is none, ARES_… */
	int unknown;    /* what said that it does not know, ARES_… */
	uint32_t ttl_s;
	struct found found;
	struct question_sock socks[QUESTION_SOCKS];
};

/* Sends the queries of it. */
void question_read_begin(struct question *q);
/* What is to be told of it, once none is open. */
struct resolver_answer question_read_end(struct question *q);

#endif
