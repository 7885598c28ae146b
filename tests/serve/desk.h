/* SPDX-License-Identifier: MIT */
/* Requests to answers, without a server between them. */
#ifndef TESTS_SERVE_DESK_H
#define TESTS_SERVE_DESK_H

#include <stdbool.h>

#include "serve/answer.h"
#include "serve/cache.h"
#include "tree.h"

/* A folder, what serves it, and the last answer. */
struct desk {
	struct tree tree;
	struct policy policy;
	struct cache cache;
	struct answer *answer;
	char head[ANSWER_HEAD_SIZE + 1]; /* of the answer, as a string */
};

struct desk *desk_new(void);
void desk_free(struct desk *d);
/* Answers a request in the server's way; the status. */
int ask(struct desk *d, const char *request);
/* Whether the head has that line. */
bool says(const struct desk *d, const char *line);

#define HOST " HTTP/1.1\r\nHost: x\r\n"
#define END  "\r\n"

#endif
