/* SPDX-License-Identifier: MIT */
/*
 * Who may come in: a file of names and hashed passwords (crypt(5)).
 *
 *      credentials ──► seen before? (a keyed hash, for each request)
 *                        └ no ──► users_check(): slow by design, elsewhere
 */
#ifndef SERVE_USERS_H
#define SERVE_USERS_H

#include <stdbool.h>

struct basic;
struct users;

enum { USERS_ERROR_SIZE = 384 };

/*
 * Reads lines of NAME:HASH; those that are empty or begin with # say nothing.
 * A negative errno, and then ret_error says where and what was wrong.
 */
int users_new(struct users **ret, const char *path,
	      char ret_error[USERS_ERROR_SIZE]);
struct users *users_free(struct users *u);

/* Whether users_check() let these in before. Cheap; any thread. */
bool users_know(const struct users *u, const struct basic *b);
/*
 * Whether they may come in, which takes the time of one crypt(3), for names
 * that are unknown as well. Any thread.
 */
bool users_check(struct users *u, const struct basic *b);

#endif
