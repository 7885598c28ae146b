/* SPDX-License-Identifier: MIT */
/*
 * A very small server: see probe.h.
 *
 *      accept ──► READ ── head ──► SEND ──► PART, until the peer is gone
 */
#include "http/probe.h"

#include <errno.h>
#include <pour.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/list.h"
#include "base/text.h"
#include "http/head.h"
#include "http/probe_answer.h"
#include "net/addr.h"
#include "net/loop.h"
#include "net/sock.h"
#include "net/timer.h"

enum { VISITORS_MAX = 16, VISIT_MS = 5000 };
enum { PAGE_MAX = 4 << 20 };

struct listening {
	struct probe *probe;
	struct addr addr;
	int fd;
	uint64_t key;
};

struct probe {
	struct probe_source source;
	struct loop loop;
	struct timer_queue late;
	struct list visitors; /* the oldest first */
	uint32_t n_visitors;
	uint32_t n_listening;
	struct listening listening[PROBE_ADDRESSES_MAX];
	bool started;
	atomic_bool stop;
	pthread_t thread;
};

enum visit { VISIT_READ, VISIT_SEND, VISIT_PART };

struct visitor {
	struct probe *probe;
	struct list link;
	struct timer timer;
	int fd;
	uint64_t key;
	enum visit state;
	struct pour pour;
	struct text page; /* on the heap */
	struct text answer;
	char answer_memory[PROBE_HEAD_SIZE];
	struct head head;
	size_t in_len;
	char in[HEAD_SIZE_MAX];
};

/* ── Coming and going ── */

static void visitor_free(struct visitor *v)
{
	struct probe *p = v->probe;

	loop_drop(&p->loop, v->key);
	timer_stop(&v->timer);
	list_remove(&v->link);
	p->n_visitors--;
	pour_finish(&v->pour);
	text_free(&v->page);
	(void)close(v->fd);
	free(v);
}

static void visitor_late(struct timer *t)
{
	visitor_free(container_of(t, struct visitor, timer));
}

static void make_room(struct probe *p)
{
	if (p->n_visitors >= VISITORS_MAX)
		visitor_free(
			container_of(p->visitors.next, struct visitor, link));
}

static void visitor_ready(void *context, uint32_t events);

/* Takes fd. */
static void visitor_new(struct probe *p, int fd)
{
	struct visitor *v = calloc(1, sizeof(*v));

	if (v == NULL) {
		(void)close(fd);
		return;
	}
	make_room(p);
	v->probe = p;
	v->fd = fd;
	v->page = text_heap(PAGE_MAX);
	v->answer = text_over(v->answer_memory, sizeof(v->answer_memory));
	head_init(&v->head);
	timer_init(&v->timer);
	list_append(&p->visitors, &v->link);
	p->n_visitors++;
	timer_start(&p->late, &v->timer, p->loop.now_ms);
	if (loop_add(&p->loop, fd, visitor_ready, v, &v->key) < 0 ||
	    loop_want(&p->loop, v->key, EPOLLIN) < 0)
		visitor_free(v);
}

static void listening_ready(void *context, uint32_t events)
{
	struct listening *l = context;
	int fd;

	(void)events;
	while ((fd = sock_accept(l->fd, NULL)) >= 0)
		visitor_new(l->probe, fd);
	/* No descriptors: a level-triggered listener would spin. */
	if (fd != -EAGAIN)
		(void)usleep(10 * 1000);
}

/* ── Their visit ── */

/* status 0: the request was understood. */
static void begin_answer(struct visitor *v, int status)
{
	struct pour_opts opts = { .flags = POUR_SIGNALS_IGNORED };
	size_t len;

	len = probe_answer(&v->probe->source, &v->head, status, &v->answer,
			   &v->page);
	opts.head = v->answer.at;
	opts.head_size = v->answer.len;
	v->state = VISIT_SEND;
	(void)pour_begin(&v->pour, pour_socket(v->fd),
			 pour_memory(v->page.at, len), len, &opts);
}

/* Each answers whether the visitor stays. */
static bool go_on_reading(struct visitor *v)
{
	ssize_t n = recv(v->fd, v->in + v->in_len, sizeof(v->in) - v->in_len,
			 0);
	int r;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	v->in_len += (size_t)n;
	r = head_parse(&v->head, v->in, v->in_len);
	if (r != HEAD_MORE)
		begin_answer(v, r);
	return true;
}

static bool go_on_sending(struct visitor *v)
{
	int want = pour_step(&v->pour);

	if (want < 0)
		return false;
	if (want > 0)
		return loop_want(&v->probe->loop, v->key, EPOLLOUT) == 0;
	/* A close with unread bytes would destroy the answer. */
	v->state = VISIT_PART;
	return shutdown(v->fd, SHUT_WR) == 0 &&
	       loop_want(&v->probe->loop, v->key, EPOLLIN) == 0;
}

static bool go_on_parting(struct visitor *v)
{
	ssize_t n = recv(v->fd, v->in, sizeof(v->in), 0);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void visitor_ready(void *context, uint32_t events)
{
	struct visitor *v = context;
	bool stays = true;

	(void)events;
	if (v->state == VISIT_READ)
		stays = go_on_reading(v);
	else if (v->state == VISIT_PART)
		stays = go_on_parting(v);
	if (stays && v->state == VISIT_SEND)
		stays = go_on_sending(v);
	if (!stays)
		visitor_free(v);
}

/* ── The whole ── */

static int listen_on(struct probe *p, const struct addr *a)
{
	struct listening *l = &p->listening[p->n_listening];
	int r;

	*l = (struct listening){ .probe = p, .addr = *a };
	r = sock_listen(&l->addr, &l->fd, 1);
	if (r < 0)
		return r;
	p->n_listening++;
	r = loop_add(&p->loop, l->fd, listening_ready, l, &l->key);
	return r < 0 ? r : loop_want(&p->loop, l->key, EPOLLIN);
}

int probe_new(struct probe **ret, const struct addr *listen, uint32_t n,
	      const struct probe_source *source)
{
	struct probe *p = calloc(1, sizeof(*p));
	int r;

	if (p == NULL)
		return -ENOMEM;
	p->source = *source;
	list_init(&p->visitors);
	r = loop_init(&p->loop);
	timer_queue_init(&p->late, VISIT_MS, visitor_late);
	if (r == 0)
		loop_add_queue(&p->loop, &p->late);
	for (uint32_t i = 0; i < n && i < PROBE_ADDRESSES_MAX && r == 0; i++)
		r = listen_on(p, &listen[i]);
	if (r < 0) {
		(void)probe_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

static void *probe_main(void *context)
{
	struct probe *p = context;

	while (!atomic_load(&p->stop) && loop_turn(&p->loop, UINT64_MAX) == 0)
		continue;
	return NULL;
}

/* Signals are the business of whoever started it. */
int probe_start(struct probe *p)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&p->thread, NULL, probe_main, p);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	p->started = r == 0;
	return -r;
}

struct probe *probe_free(struct probe *p)
{
	struct list *next;

	if (p == NULL)
		return NULL;
	if (p->started) {
		atomic_store(&p->stop, true);
		loop_wake(&p->loop);
		(void)pthread_join(p->thread, NULL);
	}
	for (struct list *at = p->visitors.next; at != &p->visitors;
	     at = next) {
		next = at->next;
		visitor_free(container_of(at, struct visitor, link));
	}
	for (uint32_t i = 0; i < p->n_listening; i++) {
		sock_unlink(&p->listening[i].addr);
		(void)close(p->listening[i].fd);
	}
	loop_done(&p->loop);
	free(p);
	return NULL;
}

uint32_t probe_n_addresses(const struct probe *p)
{
	return p->n_listening;
}

const struct addr *probe_address(const struct probe *p, uint32_t i)
{
	return &p->listening[i].addr;
}
