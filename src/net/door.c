/* SPDX-License-Identifier: MIT */
/* Listeners of a thread: see door.h. */
#include "net/door.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/base.h"
#include "net/loop.h"
#include "net/sock.h"

/* In one go; the rest waits for the next turn. */
enum { ACCEPT_MAX = 64 };
/* At the very end: somewhat above what a queue may hold by default. */
enum { ACCEPT_LAST_MAX = 8 * 1024 };
enum { SHUT_MS = 100 };

/* Of threads that share a listener (a unix socket's) one is woken. */
#define LISTENING (EPOLLIN | EPOLLEXCLUSIVE)

struct listener {
	struct list link;
	struct door *door;
	uint32_t id; /* of its address */
	int fd;
	uint64_t key;
};

static struct listener *listener_of(struct list *link)
{
	return container_of(link, struct listener, link);
}

static void watch(struct door *d, uint32_t events)
{
	for (struct list *at = d->listeners.next; at != &d->listeners;
	     at = at->next)
		(void)loop_want(d->loop, listener_of(at)->key, events);
}

static void open_again(struct timer *t)
{
	watch(container_of(t, struct door, again), LISTENING);
}

static void shut(struct door *d)
{
	if (d->closing)
		return;
	watch(d, 0);
	timer_start(&d->late, &d->again, d->loop->now_ms);
}

/* False: there is nobody, or no room. */
static bool accept_so_many(struct listener *l, int n)
{
	for (int i = 0; i < n; i++) {
		int r = l->door->admit(l->door, l->fd);

		if (r < 0 && r != -EAGAIN)
			shut(l->door);
		if (r < 0)
			return false;
	}
	return true;
}

/* One is there, or it would not be ready; then those who are known to be. */
static void accept_some(struct listener *l, int max)
{
	int n = 1;

	while (max > 0 && n != 0 && accept_so_many(l, n)) {
		max -= n;
		n = sock_queued(l->fd);
		n = n < 0 ? MIN(1, max) : MIN(n, max);
	}
}

static void ready(void *context, uint32_t events)
{
	(void)events;
	accept_some(context, ACCEPT_MAX);
}

static void close_listener(struct listener *l)
{
	loop_drop(l->door->loop, l->key);
	list_remove(&l->link);
	(void)close(l->fd);
	free(l);
}

int door_add(struct door *d, uint32_t id, int fd)
{
	struct listener *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL)
		return -ENOMEM;
	l->door = d;
	l->id = id;
	l->fd = fd;
	r = loop_add(d->loop, fd, ready, l, &l->key);
	if (r >= 0)
		r = loop_want(d->loop, l->key, LISTENING);
	if (r < 0) {
		loop_drop(d->loop, l->key);
		free(l);
		return r;
	}
	list_append(&d->listeners, &l->link);
	return 0;
}

static bool is_among(uint32_t id, const uint32_t ids[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

void door_keep(struct door *d, const uint32_t ids[], uint32_t n)
{
	struct list *next;

	for (struct list *at = d->listeners.next; at != &d->listeners;
	     at = next) {
		struct listener *l = listener_of(at);

		next = at->next;
		if (is_among(l->id, ids, n))
			continue;
		accept_some(l, ACCEPT_LAST_MAX);
		close_listener(l);
	}
}

void door_last(struct door *d)
{
	d->closing = true;
	door_keep(d, NULL, 0);
	door_close(d);
}

void door_close(struct door *d)
{
	struct list *next;

	for (struct list *at = d->listeners.next; at != &d->listeners;
	     at = next) {
		next = at->next;
		close_listener(listener_of(at));
	}
	timer_stop(&d->again);
}

/* ── The reserve ── */

static void give_up_reserve(struct door *d)
{
	if (d->reserve_fd >= 0)
		(void)close(d->reserve_fd);
	d->reserve_fd = -1;
}

int door_by_reserve(struct door *d, int listener)
{
	give_up_reserve(d);
	return sock_accept(listener, NULL);
}

/* An open file of its own: ENFILE counts those, and not descriptors. */
void door_keep_reserve(struct door *d)
{
	d->reserve_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/* ── All of it ── */

void door_init(struct door *d, struct loop *loop, door_admit *admit)
{
	*d = (struct door){ .loop = loop, .admit = admit };
	list_init(&d->listeners);
	timer_queue_init(&d->late, SHUT_MS, open_again);
	loop_add_queue(loop, &d->late);
	timer_init(&d->again);
	door_keep_reserve(d);
}

void door_done(struct door *d)
{
	door_close(d);
	give_up_reserve(d);
}
