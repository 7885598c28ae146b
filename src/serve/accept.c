/* SPDX-License-Identifier: MIT */
/*
 *      ready ──► accept, at most so many ──► sessions
 *                  └ no descriptors left: nobody listens for 100 ms
 */
#include "serve/accept.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/admit.h"
#include "serve/worker.h"

/* In one go; the rest waits for the next turn. */
enum { ACCEPT_MAX = 64 };
/* At the very end: somewhat above what a queue may hold by default. */
enum { ACCEPT_LAST_MAX = 8 * 1024 };

/* Of threads that share a listener (a unix socket's) one is woken. */
#define LISTENING (EPOLLIN | EPOLLEXCLUSIVE)

static struct listener *listener_of(struct list *link)
{
	return container_of(link, struct listener, link);
}

static void watch(struct worker *w, uint32_t events)
{
	for (struct list *at = w->listeners.next; at != &w->listeners;
	     at = at->next)
		(void)loop_want(&w->loop, listener_of(at)->key, events);
}

void accept_resume(struct timer *t)
{
	watch(container_of(t, struct worker, accept_again), LISTENING);
}

static void pause_all(struct worker *w)
{
	if (w->draining)
		return;
	watch(w, 0);
	timer_start(&w->accept_late, &w->accept_again, w->loop.now_ms);
}

static void accept_some(struct listener *l, int max)
{
	for (int i = 0; i < max; i++) {
		int r = admit_one(l->worker, l->fd);

		if (r == -EAGAIN)
			return;
		if (r < 0) {
			pause_all(l->worker);
			return;
		}
	}
}

static void ready(void *context, uint32_t events)
{
	(void)events;
	accept_some(context, ACCEPT_MAX);
}

static void close_listener(struct listener *l)
{
	loop_drop(&l->worker->loop, l->key);
	list_remove(&l->link);
	(void)close(l->fd);
	free(l);
}

int accept_add(struct worker *w, uint32_t id, int fd)
{
	struct listener *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL)
		return -ENOMEM;
	l->worker = w;
	l->id = id;
	l->fd = fd;
	r = loop_add(&w->loop, fd, ready, l, &l->key);
	if (r >= 0)
		r = loop_want(&w->loop, l->key, LISTENING);
	if (r < 0) {
		loop_drop(&w->loop, l->key);
		free(l);
		return r;
	}
	list_append(&w->listeners, &l->link);
	return 0;
}

static bool is_among(uint32_t id, const uint32_t ids[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

void accept_keep(struct worker *w, const uint32_t ids[], uint32_t n)
{
	struct list *next;

	for (struct list *at = w->listeners.next; at != &w->listeners;
	     at = next) {
		struct listener *l = listener_of(at);

		next = at->next;
		if (is_among(l->id, ids, n))
			continue;
		accept_some(l, ACCEPT_LAST_MAX);
		close_listener(l);
	}
}

void accept_last(struct worker *w)
{
	accept_keep(w, NULL, 0);
	accept_close(w);
}

void accept_close(struct worker *w)
{
	while (!list_is_empty(&w->listeners))
		close_listener(listener_of(w->listeners.next));
	if (w->accept_again.link.next != NULL)
		timer_stop(&w->accept_again);
}
