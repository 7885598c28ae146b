/* SPDX-License-Identifier: MIT */
/* Portions of rates that are shared: see pace.h. */
#include "serve/pace.h"

#include <time.h>

#include "base/base.h"
#include "net/limits.h"
#include "serve/session.h"
#include "serve/worker.h"

#define MS UINT64_C(1000000)

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

/* Whether its moment has come; without a rate it always has. */
static bool reserve(struct session *s)
{
	struct work *work = s->work;
	struct limits *l = s->worker->shared->limits;
	uint64_t now = now_ns(), from = 0;
	uint64_t n = limits_reserve(l, s->client, work->answer.body.len, now,
				    &from);

	work->paced = n != UINT64_MAX;
	work->portion = 0;
	if (from <= now) {
		(void)send_allow(&work->send, n);
		return true;
	}
	(void)send_allow(&work->send, 0);
	work->portion = n;
	work->due_ns = from;
	return false;
}

void pace_begin(struct session *s)
{
	s->work->paced = false;
	s->work->portion = 0;
	if (s->work->answer.body.len > 0 &&
	    limits_has_rates(s->worker->shared->limits))
		(void)reserve(s);
}

static void wait_for(struct session *s, uint64_t ns)
{
	struct worker *w = s->worker;

	waits_start(&w->waits, &s->timer, (ns + MS - 1) / MS, w->loop.now_ms);
}

/* What is not watched does not report a hang-up over and over either. */
bool pace_wait(struct session *s)
{
	uint64_t now = now_ns();
	struct work *work = s->work;

	if (work->portion == 0 && reserve(s))
		return true;
	work->watched = false;
	(void)loop_want(&s->worker->loop, s->key, 0);
	wait_for(s, work->due_ns > now ? work->due_ns - now : 0);
	return false;
}

void pace_over(struct timer *t)
{
	struct session *s = container_of(t, struct session, timer);
	struct work *work = s->work;
	uint64_t now = now_ns();

	if (work->due_ns > now) {
		wait_for(s, work->due_ns - now);
		return;
	}
	(void)send_allow(&work->send, work->portion);
	work->portion = 0;
	list_append(&s->worker->running, &s->run);
}

void pace_end(struct session *s)
{
	struct work *work = s->work;
	uint64_t left;

	if (!work->paced)
		return;
	left = send_allow(&work->send, POUR_ALL);
	limits_return(s->worker->shared->limits, s->client,
		      left + work->portion);
	work->paced = false;
}
