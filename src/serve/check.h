/* SPDX-License-Identifier: MIT */
/*
 * Passwords are checked by two threads of their own, since that is slow by
 * design, and nobody else is to wait for it.
 *
 *      session ──► gate_pass ─┬─► known: goes on at once
 *        ▲                    └─► queue ──► users_check() in a thread ─╮
 *        ╰── its worker's next turn ◄── gate_collect ◄─────────────────╯
 */
#ifndef SERVE_CHECK_H
#define SERVE_CHECK_H

#include <stdbool.h>

#include "base/list.h"
#include "http/basic.h"

struct checkers;
struct lease;
struct session;
struct users;
struct worker;

/* One password. */
struct check {
	struct list link;
	struct worker *worker;
	struct session *session; /* the worker's alone; NULL: it has left */
	struct lease *lease;     /* on the sites, whose users these are */
	struct users *users;
	struct basic basic;
	bool right;
};

/* 0 or -errno. */
int check_start(struct checkers **ret);
/* What is in the queue still comes back, not checked. NULL is fine. */
struct checkers *check_stop(struct checkers *c);
/* Comes back by gate_return(). False: the queue is full. */
bool check_ask(struct checkers *c, struct check *check);

#endif
