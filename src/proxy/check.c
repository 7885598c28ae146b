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

enum { SENTENCE_SIZE = ADDR_TEXT_SIZE + 128 };

struct check {
	struct lane *lane;
	struct upstream *upstream; /* of the lane's route */
	struct timer timer;
	uint64_t key;
	int fd;
	uint32_t others; /* results in a row that are not what it was */
};

static struct check *check_of(struct timer *t)
{
	return container_of(t, struct check, timer);
}

/* ── What came of it ── */

static void turn(struct check *c, bool down, int error)
{
	struct target *t = &c->upstream->target;
	char line[SENTENCE_SIZE];

	atomic_store_explicit(&t->down, down, memory_order_relaxed);
	if (!down)
		target_worked(t);
	(void)snprintf(line, sizeof(line), "pour: target %s is %s%s",
		       c->upstream->name, down ? "down: " : "up again",
		       down ? strerror(-error) : "");
	log_say(&c->lane->shared->log, line);
}

static void note(struct check *c, int error)
{
	const struct proxy_opts *o = &c->lane->shared->opts;
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
}

static void finish(struct check *c, int error)
{
	struct lane *l = c->lane;

	note(c, error);
	hang_up(c);
	timer_start(&l->checks.next, &c->timer, l->loop.now_ms);
}

/* Who waits for a PROXY header hears that nobody comes. */
static void introduce(const struct check *c)
{
	enum proxy_out out = c->lane->shared->opts.out;
	char header[PROXY_HEADER_WRITTEN_MAX];
	size_t n;

	if (out == PROXY_OUT_NONE)
		return;
	n = out == PROXY_OUT_V1 ? proxy_header_v1(header, NULL, NULL)
				: proxy_header_v2(header, NULL, NULL);
	(void)send(c->fd, header, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void answered(struct check *c)
{
	introduce(c);
	finish(c, 0);
}

static void ready(void *context, uint32_t events)
{
	struct check *c = context;
	int r = sock_error(c->fd);

	(void)events;
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

/* What is lacking here says nothing about the target: it is asked again. */
static void skip(struct check *c)
{
	struct lane *l = c->lane;

	hang_up(c);
	timer_start(&l->checks.next, &c->timer, l->loop.now_ms);
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

static uint32_t count(const struct route *first)
{
	uint32_t n = 0;

	for (const struct route *r = first; r != NULL; r = r->next)
		n += r->n;
	return n;
}

static void fill(struct lane *l)
{
	struct checks *s = &l->checks;

	for (const struct route *r = l->route; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++) {
			struct check *c = &s->at[s->n++];

			*c = (struct check){ .lane = l,
					     .upstream = r->at[i],
					     .fd = -1 };
			timer_init(&c->timer);
		}
}

int checks_begin(struct lane *l)
{
	const struct proxy_opts *o = &l->shared->opts;
	struct checks *s = &l->checks;

	if (o->check_ms == 0)
		return 0;
	s->at = calloc(MAX(count(l->route), 1U), sizeof(*s->at));
	if (s->at == NULL)
		return -ENOMEM;
	fill(l);
	timer_queue_init(&s->next, o->check_ms, due);
	timer_queue_init(&s->late, o->connect_timeout_ms, late);
	loop_add_queue(&l->loop, &s->next);
	loop_add_queue(&l->loop, &s->late);
	for (uint32_t i = 0; i < s->n; i++)
		ask(&s->at[i]);
	return 0;
}

void checks_done(struct lane *l)
{
	for (uint32_t i = 0; i < l->checks.n; i++) {
		hang_up(&l->checks.at[i]);
		timer_stop(&l->checks.at[i].timer);
	}
	free(l->checks.at);
	l->checks = (struct checks){ .n = 0 };
}
