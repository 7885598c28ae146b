/* SPDX-License-Identifier: MIT */
/* One switch of six states, and how a connection comes and goes. */
#include "serve/session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/move.h"
#include "serve/state.h"
#include "serve/watch.h"
#include "serve/worker.h"

static void session_free(struct session *s)
{
	struct worker *w = s->worker;

	loop_close(&w->loop, s->key);
	timer_stop(&s->timer);
	list_remove(&s->run);
	list_remove(&s->link);
	if (s->turned_away)
		w->n_turned_away--;
	else
		limits_leave(w->shared->limits, s->client);
	free(s);
}

/* False: the session is gone. */
static bool session_run(struct session *s)
{
	uint32_t rounds = 0;
	bool on = true;

	while (on) {
		switch ((enum session_state)s->state) {
		case SESSION_READ:
			on = state_read(s);
			break;
		case SESSION_BODY:
			on = state_body(s);
			break;
		case SESSION_ANSWER:
			on = state_answer(s);
			break;
		case SESSION_SEND:
			on = state_send(s, &rounds);
			break;
		case SESSION_LINGER:
			on = state_linger(s);
			break;
		case SESSION_CLOSED:
			session_free(s);
			return false;
		}
	}
	return true;
}

/* One that is in the run queue has its turn there, and only there. */
static void ready(void *context, uint32_t events)
{
	struct session *s = context;

	(void)events;
	if (list_is_empty(&s->run))
		(void)session_run(s);
}

/* If it waits for some: it may be new, and not watched yet. */
static void await_bytes(struct session *s)
{
	if ((s->state != SESSION_READ && s->state != SESSION_BODY) ||
	    !list_is_empty(&s->run) ||
	    loop_want(&s->worker->loop, s->key, EPOLLIN) == 0)
		return;
	(void)state_abandon(s);
	session_free(s);
}

void session_go_on(struct list *run)
{
	struct session *s = container_of(run, struct session, run);

	if (session_run(s))
		await_bytes(s);
}

/* Nothing of it is watched yet, and it has no deadline. */
static int make(struct worker *w, int fd, struct session **ret)
{
	struct session *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return -ENOMEM;
	s->worker = w;
	s->fd = fd;
	r = loop_add(&w->loop, fd, ready, s, &s->key);
	if (r < 0) {
		free(s);
		return r;
	}
	timer_init(&s->timer);
	list_init(&s->run);
	list_init(&s->link);
	list_append(&w->sessions, &s->link);
	*ret = s;
	return 0;
}

/*
 * What a client asks is there as a rule when he is let in, so it is read at
 * once, and answered at the end of the turn (worker.c). Only who has to wait is
 * watched: a connection for a single request is never in epoll's set.
 */
static void begin(struct session *s)
{
	if (state_read(s))
		list_append(&s->worker->arrived, &s->run);
	else
		await_bytes(s);
}

/* Nobody may be silent at first: the first head is due from here on. */
int session_new(struct worker *w, int fd, const struct addr *peer,
		struct client *client)
{
	struct session *s;
	int r = make(w, fd, &s);

	if (r < 0)
		return r;
	s->client = client;
	counter_add(&w->tally.metrics.accepted, 1);
	peer_of_addr(peer, &s->peer);
	s->waits = true;
	timer_start(&w->head_late, &s->timer, w->loop.now_ms);
	begin(s);
	return 0;
}

int session_part(struct worker *w, int fd)
{
	struct session *s;
	int r = make(w, fd, &s);

	if (r < 0)
		return r;
	s->turned_away = true;
	w->n_turned_away++;
	if (move_apart(s) && s->state == SESSION_CLOSED)
		session_free(s);
	return 0;
}

/* Who waits there for the longest time, or NULL. */
static struct session *first_of(const struct timer_queue *q)
{
	if (list_is_empty(&q->timers))
		return NULL;
	return container_of(q->timers.next, struct session, timer.link);
}

/* Bytes may lie there that nobody has looked at. */
static bool has_silence(const struct session *s)
{
	int unread = 0;

	return s->state == SESSION_READ && list_is_empty(&s->run) &&
	       ioctl(s->fd, FIONREAD, &unread) == 0 && unread == 0;
}

/* A quarter of the time for a head is enough for whoever has one to send. */
static bool is_dawdling(const struct worker *w, const struct session *s)
{
	uint64_t time = w->head_late.after_ms;

	return s->timer.due_ms <= w->loop.now_ms + time - time / 4;
}

bool session_make_room(struct worker *w)
{
	struct session *s = first_of(&w->idle_late);

	if (s == NULL || s->work != NULL || !has_silence(s)) {
		s = first_of(&w->head_late);
		if (s == NULL || !is_dawdling(w, s) || !has_silence(s))
			return false;
	}
	(void)state_abandon(s);
	session_free(s);
	return true;
}

/* Each may leave the list while it runs, but none of the others does. */
void session_drain_all(struct list *sessions)
{
	struct list *next;

	for (struct list *at = sessions->next; at != sessions; at = next) {
		struct session *s = container_of(at, struct session, link);

		next = at->next;
		if (s->state == SESSION_READ && s->work == NULL)
			(void)session_run(s);
	}
}

void session_cut_all(struct list *sessions)
{
	struct list *next;

	for (struct list *at = sessions->next; at != sessions; at = next) {
		struct session *s = container_of(at, struct session, link);

		next = at->next;
		(void)state_abandon(s);
		session_free(s);
	}
}

/* What does not come to an end is answered, and so does the connection. */
static void refuse_late(struct session *s)
{
	if (s->work != NULL)
		(void)state_refuse(s, 408);
	else
		(void)state_abandon(s);
	list_remove(&s->run);
	(void)session_run(s);
}

void session_head_late(struct timer *t)
{
	refuse_late(container_of(t, struct session, timer));
}

void session_late(struct timer *t)
{
	struct session *s = container_of(t, struct session, timer);

	if (s->state == SESSION_BODY) {
		refuse_late(s);
		return;
	}
	(void)state_abandon(s);
	session_free(s);
}

void session_body_late(struct timer *t)
{
	if (!watch_look(container_of(t, struct session, timer)))
		session_late(t);
}
