/* SPDX-License-Identifier: MIT */
/* Whether a request may be answered; see check.h for the way round. */
#ifndef SERVE_GATE_H
#define SERVE_GATE_H

struct check;
struct session;
struct users;
struct worker;

/* It has to wait for a check; it goes on when that is back. */
enum { GATE_WAIT = 1 };

/* 0: it may. GATE_WAIT. Otherwise the status to refuse it with: 401, 503. */
int gate_pass(struct session *s, struct users *users);
/* The session does not wait any more, since it ends. */
void gate_forget(struct session *s);

/* From the thread that checked: it is the worker's again. */
void gate_return(struct check *check);
/* In the worker's turn: sessions whose checks are back go on. */
void gate_collect(struct worker *w);

#endif
