/* SPDX-License-Identifier: MIT */
/* Moves between states: see move.h. */
#include "serve/move.h"

#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "serve/worker.h"

bool move_to(struct session *s, enum session_state state)
{
	s->state = (uint8_t)state;
	return true;
}

bool move_next_turn(struct session *s)
{
	list_append(&s->worker->running, &s->run);
	return false;
}

void move_deadline(struct session *s, struct timer_queue *q)
{
	timer_start(q, &s->timer, s->worker->loop.now_ms);
}

void move_give_work(struct session *s)
{
	if (s->work == NULL)
		return;
	worker_give(s->worker, s->work);
	s->work = NULL;
}

bool move_apart(struct session *s)
{
	if (shutdown(s->fd, SHUT_WR) < 0)
		return move_to(s, SESSION_CLOSED);
	if (loop_want(&s->worker->loop, s->key, EPOLLIN) < 0)
		return move_to(s, SESSION_CLOSED);
	s->drained = 0;
	move_deadline(s, &s->worker->linger_late);
	return move_to(s, SESSION_LINGER);
}

bool move_is_sending(const struct session *s)
{
	int unsent = 0;

	return ioctl(s->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0;
}
