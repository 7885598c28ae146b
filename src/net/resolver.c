/* SPDX-License-Identifier: MIT */
/* Questions by c-ares in our own loop: see resolver.h. */
#include "net/resolver.h"

#include <ares.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/base.h"
#include "base/text.h"
#include "net/loop.h"
#include "net/resolver_inside.h"
#include "net/timer.h"

/* A server is asked so often, each time twice as long: 1 + 2 + 4. */
enum { TRIES = 3, TRIES_TIMES = 7, TRY_MS_MIN = 50 };
/* So often c-ares looks whether a server is late. */
enum { LOOK_MS = 25 };

struct resolver {
	struct loop *loop;
	struct timer_queue look;
	uint32_t try_ms;
	/* As c-ares wants them, with commas; "": those of resolv.conf(5). */
	char servers[RESOLVER_SERVERS_MAX * ADDR_TEXT_SIZE];
};

/* ── One question ── */

static void question_free(struct question *q)
{
	q->forgotten = true;
	timer_stop(&q->timer);
	ares_destroy(q->channel);
	found_done(&q->found);
	free(q);
}

/* The question goes first, so that whoever is told may ask the next one. */
static void finish(struct question *q)
{
	struct resolver_question ask = q->ask;
	struct resolver_answer answer = question_read_end(q);
	struct found found = q->found;

	q->found = (struct found){ .n = 0 };
	question_free(q);
	ask.answered(ask.context, &answer);
	found_done(&found);
}

static void wait_on(struct question *q)
{
	struct resolver *r = q->resolver;

	timer_start(&r->look, &q->timer, r->loop->now_ms);
}

static void go_on(struct question *q, int readable, int writable)
{
	ares_process_fd(q->channel, readable, writable);
	if (q->open == 0)
		finish(q);
	else
		wait_on(q);
}

static void is_time(struct timer *t)
{
	go_on(container_of(t, struct question, timer), ARES_SOCKET_BAD,
	      ARES_SOCKET_BAD);
}

/* ── Its sockets ── */

static void ready(void *context, uint32_t events)
{
	const struct question_sock *s = context;
	uint32_t in = events & (EPOLLIN | EPOLLHUP | EPOLLERR);
	uint32_t out = events & (EPOLLOUT | EPOLLERR);

	go_on(s->question, in ? s->fd : ARES_SOCKET_BAD,
	      out ? s->fd : ARES_SOCKET_BAD);
}

static struct question_sock *sock_of(struct question *q, int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(q->socks); i++)
		if (q->socks[i].fd == fd)
			return &q->socks[i];
	return NULL;
}

static void watch(struct question *q, int fd, uint32_t events)
{
	struct loop *l = q->resolver->loop;
	struct question_sock *s = sock_of(q, fd);

	if (s == NULL) {
		s = sock_of(q, -1);
		/* It is not heard then, and the next one asked in time. */
		if (s == NULL || loop_add(l, fd, ready, s, &s->key) < 0)
			return;
		s->fd = fd;
	}
	(void)loop_want(l, s->key, events);
}

static void forget_sock(struct question *q, int fd)
{
	struct question_sock *s = sock_of(q, fd);

	if (s == NULL)
		return;
	loop_drop(q->resolver->loop, s->key);
	s->fd = -1;
}

/* What c-ares wants to know of a socket of its own; last, nothing. */
static void sock_changed(void *context, int fd, int readable, int writable)
{
	struct question *q = context;

	if (readable || writable)
		watch(q, fd,
		      (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U));
	else
		forget_sock(q, fd);
}

/* ── Asking ── */

/* A name for a server of one's own is whole: no domain is put behind it. */
static int open_channel(struct question *q)
{
	const struct resolver *r = q->resolver;
	bool own = r->servers[0] != '\0';
	struct ares_options o = {
		.flags = own ? ARES_FLAG_NOSEARCH : 0,
		.timeout = (int)r->try_ms,
		.tries = TRIES,
		.sock_state_cb = sock_changed,
		.sock_state_cb_data = q,
	};
	int status = ares_init_options(&q->channel, &o,
				       ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
					       ARES_OPT_TRIES |
					       ARES_OPT_SOCK_STATE_CB);

	if (status != ARES_SUCCESS)
		return status == ARES_ENOMEM ? -ENOMEM : -EIO;
	if (own && ares_set_servers_ports_csv(q->channel, r->servers) !=
			   ARES_SUCCESS) {
		ares_destroy(q->channel);
		return -EINVAL;
	}
	return 0;
}

static int question_new(struct question **ret, struct resolver *r,
			const struct resolver_question *ask)
{
	struct question *q = calloc(1, sizeof(*q));
	int e;

	if (q == NULL)
		return -ENOMEM;
	q->resolver = r;
	q->ask = *ask;
	q->nothing = ARES_ENODATA;
	(void)strncpy(q->name, ask->name, sizeof(q->name) - 1);
	q->ask.name = q->name;
	timer_init(&q->timer);
	for (size_t i = 0; i < ARRAY_SIZE(q->socks); i++)
		q->socks[i] = (struct question_sock){ .question = q, .fd = -1 };
	e = open_channel(q);
	if (e < 0)
		free(q);
	else
		*ret = q;
	return e;
}

int resolver_ask(struct resolver *r, const struct resolver_question *ask,
		 struct question **ret)
{
	struct question *q;
	int e = question_new(&q, r, ask);

	if (e < 0)
		return e;
	question_read_begin(q);
	*ret = q->open > 0 ? q : NULL;
	if (q->open > 0)
		wait_on(q);
	else
		finish(q);
	return 0;
}

void resolver_forget(struct question *q)
{
	if (q != NULL)
		question_free(q);
}

/* ── The resolver ── */

int resolver_new(struct resolver **ret, struct loop *loop,
		 const struct resolver_opts *opts)
{
	struct resolver *r = calloc(1, sizeof(*r));
	struct text servers;

	if (r == NULL)
		return -ENOMEM;
	servers = text_over(r->servers, sizeof(r->servers) - 1);
	for (uint32_t i = 0; i < opts->n_servers; i++) {
		char text[ADDR_TEXT_SIZE];

		addr_text(&opts->servers[i], text);
		text_str(&servers, i > 0 ? "," : "");
		text_str(&servers, text);
	}
	r->loop = loop;
	r->try_ms = MAX(opts->timeout_ms / TRIES_TIMES, (uint32_t)TRY_MS_MIN);
	timer_queue_init(&r->look, LOOK_MS, is_time);
	loop_add_queue(loop, &r->look);
	*ret = r;
	return 0;
}

struct resolver *resolver_free(struct resolver *r)
{
	if (r == NULL)
		return NULL;
	list_remove(&r->look.link);
	free(r);
	return NULL;
}

bool resolver_is_live(void)
{
	return true;
}
