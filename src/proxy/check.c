/* SPDX-License-Identifier: MIT */
/* A connection to each target, and what came of the last ones: see check.h. */
#include "proxy/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "net/proxy_header.h"
#include "net/sock.h"
#include "proxy/lane.h"
#include "proxy/route.h"
#include "proxy/rules.h"

enum { SENTENCE_SIZE = ADDR_TEXT_SIZE + 128, CHECK_READ_MAX = 4096 };

struct check {
	struct list link; /* among all of the lane's */
	struct lane *lane;
	struct upstream *upstream; /* a share */
	uint32_t turn;             /* of the routes that it was last seen in */
	struct timer timer;
	uint64_t key;
	int fd;
	uint32_t others; /* results in a row that are not what it was */
	char *got;       /* of its answer, CHECK_READ_MAX bytes; or NULL */
	size_t n_got;
};

static struct check *check_of(struct timer *t)
{
	return container_of(t, struct check, timer);
}

/* ── What came of it ── */

static const char *reason(int error)
{
	return error == -EBADMSG ? "what was expected did not come"
				 : strerror(-error);
}

static void turn(struct check *c, bool down, int error)
{
	struct target *t = &c->upstream->target;
	char line[SENTENCE_SIZE];

	atomic_store_explicit(&t->down, down, memory_order_relaxed);
	if (!down)
		target_worked(t);
	(void)snprintf(line, sizeof(line), "pour: target %s is %s%s",
		       c->upstream->name, down ? "down: " : "up again",
		       down ? reason(error) : "");
	log_say(&c->lane->shared->log, line);
}

static void note(struct check *c, int error)
{
	const struct proxy_opts *o = &c->lane->rules->opts;
	bool was_down = atomic_load_explicit(&c->upstream->target.down,
					     memory_order_relaxed);
	bool down = error < 0;

	c->others = down != was_down ? c->others + 1 : 0;
	if (c->others < (down ? o->check_fall : o->check_rise))
		return;
	if (down != was_down)
		turn(c, down, error);
	c->others = 0;
}

static void hang_up(struct check *c)
{
	loop_drop(&c->lane->loop, c->key);
	c->key = 0;
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	free(c->got);
	c->got = NULL;
	c->n_got = 0;
}

static void finish(struct check *c, int error)
{
	struct lane *l = c->lane;

	note(c, error);
	hang_up(c);
	timer_start(&l->checks.next, &c->timer, l->loop.now_ms);
}

/* What is lacking here says nothing about the target: it is asked again. */
static void skip(struct check *c)
{
	struct lane *l = c->lane;

	hang_up(c);
	timer_start(&l->checks.next, &c->timer, l->loop.now_ms);
}

/* Who waits for a PROXY header hears that nobody comes. */
static void introduce(const struct check *c)
{
	enum proxy_out out = c->lane->rules->opts.out;
	char header[PROXY_HEADER_WRITTEN_MAX];
	size_t n;

	if (out == PROXY_OUT_NONE)
		return;
	n = out == PROXY_OUT_V1 ? proxy_header_v1(header, NULL, NULL)
				: proxy_header_v2(header, NULL, NULL);
	(void)send(c->fd, header, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void ready(void *context, uint32_t events);

/* Little enough for the queue of a connection that has just been made. */
static int talk_to(const struct check *c)
{
	struct slice say = c->lane->rules->opts.check_send;
	ssize_t n;

	introduce(c);
	n = say.len > 0
		    ? send(c->fd, say.at, say.len, MSG_NOSIGNAL | MSG_DONTWAIT)
		    : 0;
	if (n < 0)
		return -errno;
	return (size_t)n == say.len ? 0 : -EIO;
}

/* The answer is due by the time that the connection was. */
static int listen_to(struct check *c)
{
	struct loop *l = &c->lane->loop;
	int r = c->key != 0 ? 0 : loop_add(l, c->fd, ready, c, &c->key);

	c->got = malloc(CHECK_READ_MAX);
	if (c->got == NULL)
		return -ENOMEM;
	if (list_is_empty(&c->timer.link))
		timer_start(&c->lane->checks.late, &c->timer, l->now_ms);
	return r < 0 ? r : loop_want(l, c->key, EPOLLIN);
}

static void answered(struct check *c)
{
	int r = talk_to(c);

	if (r < 0 || c->lane->rules->opts.check_expect.len == 0) {
		finish(c, r);
		return;
	}
	if (listen_to(c) < 0)
		skip(c);
}

static void hear(struct check *c)
{
	struct slice want = c->lane->rules->opts.check_expect;
	ssize_t n = recv(c->fd, c->got + c->n_got, CHECK_READ_MAX - c->n_got,
			 MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		finish(c, -errno);
		return;
	}
	c->n_got += (size_t)n;
	if (memmem(c->got, c->n_got, want.at, want.len) != NULL)
		finish(c, 0);
	else if (n == 0 || c->n_got == CHECK_READ_MAX)
		finish(c, -EBADMSG);
}

static void ready(void *context, uint32_t events)
{
	struct check *c = context;
	int r;

	(void)events;
	if (c->got != NULL) {
		hear(c);
		return;
	}
	r = sock_error(c->fd);
	if (r == 0)
		answered(c);
	else
		finish(c, r);
}

static void late(struct timer *t)
{
	finish(check_of(t), -ETIMEDOUT);
}

/* ── Asking ── */

static int watch(struct check *c)
{
	int r = loop_add(&c->lane->loop, c->fd, ready, c, &c->key);

	return r < 0 ? r : loop_want(&c->lane->loop, c->key, EPOLLOUT);
}

static void ask(struct check *c)
{
	struct lane *l = c->lane;
	int r = sock_dial(&c->upstream->target.addr, &c->fd);

	if (r == 0) {
		answered(c);
	} else if (r == -EINPROGRESS && watch(c) == 0) {
		timer_start(&l->checks.late, &c->timer, l->loop.now_ms);
	} else if (r == -EINPROGRESS || r == -EMFILE || r == -ENFILE ||
		   r == -ENOMEM || r == -ENOBUFS || r == -EAGAIN) {
		skip(c);
	} else {
		finish(c, r);
	}
}

static void due(struct timer *t)
{
	ask(check_of(t));
}

/* ── All of them ── */

static void begin(struct lane *l, struct upstream *u)
{
	struct check *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return; /* it counts as good, and its clients find out */
	c->lane = l;
	c->upstream = upstream_share(u);
	c->turn = l->route->turn;
	c->fd = -1;
	timer_init(&c->timer);
	list_append(&l->checks.all, &c->link);
	u->check = c;
	ask(c);
}

static void end(struct check *c)
{
	hang_up(c);
	timer_stop(&c->timer);
	list_remove(&c->link);
	c->upstream->check = NULL;
	upstream_drop(c->upstream);
	free(c);
}

/* All but those of the turn. */
static void end_others(struct list *all, uint32_t turn)
{
	struct list *next;

	for (struct list *at = all->next; at != all; at = next) {
		struct check *c = container_of(at, struct check, link);

		next = at->next;
		if (c->turn != turn)
			end(c);
	}
}

static void begin_others(struct lane *l, uint32_t turn)
{
	for (const struct route *r = l->route; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++) {
			struct upstream *u = r->at[i];

			if (u->check != NULL)
				u->check->turn = turn;
			else
				begin(l, u);
		}
}

/* Nobody asks any more: nobody is down for good. */
static void trust_all(const struct route *first)
{
	for (const struct route *r = first; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++)
			atomic_store_explicit(&r->at[i]->target.down, false,
					      memory_order_relaxed);
}

void checks_renew(struct lane *l)
{
	const struct proxy_opts *o = &l->rules->opts;
	struct checks *s = &l->checks;

	if (!s->begun)
		return;
	s->next.after_ms = o->check_ms;
	s->late.after_ms = o->connect_timeout_ms;
	if (o->check_ms == 0) {
		end_others(&s->all, 0);
		trust_all(l->route);
		return;
	}
	begin_others(l, l->route->turn);
	end_others(&s->all, l->route->turn);
}

void checks_init(struct lane *l)
{
	struct checks *s = &l->checks;

	timer_queue_init(&s->next, 0, due);
	timer_queue_init(&s->late, 0, late);
	loop_add_queue(&l->loop, &s->next);
	loop_add_queue(&l->loop, &s->late);
	list_init(&s->all);
}

void checks_begin(struct lane *l)
{
	l->checks.begun = true;
	checks_renew(l);
}

void checks_done(struct lane *l)
{
	if (l->checks.begun)
		end_others(&l->checks.all, 0);
	l->checks.begun = false;
}
