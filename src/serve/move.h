/* SPDX-License-Identifier: MIT */
/* The moves that the states of a session share; each answers as they do. */
#ifndef SERVE_MOVE_H
#define SERVE_MOVE_H

#include <stdbool.h>

#include "net/timer.h"
#include "serve/session.h"

/* At once. */
bool move_to(struct session *s, enum session_state state);
/* It goes on in the next turn, after all others had theirs. */
bool move_next_turn(struct session *s);
/* Our side is closed; what the peer still sends is read and thrown away. */
bool move_apart(struct session *s);

/* The session's one deadline is that queue's from now on. */
void move_deadline(struct session *s, struct timer_queue *q);
/* What a request needs goes back. */
void move_give_work(struct session *s);
/* Whether bytes of an answer are still on their way out of the kernel. */
bool move_is_sending(const struct session *s);

#endif
