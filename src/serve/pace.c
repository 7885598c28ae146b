/* SPDX-License-Identifier: MIT */
/* Portions of rates that are shared: see pace.h. */
#include "serve/pace.h"

#include "base/base.h"
#include "net/limits.h"
#include "net/portion.h"
#include "serve/session.h"
#include "serve/worker.h"

#define MS UINT64_C(1000000)

static struct limits_asker asker(const struct session *s)
{
	return (struct limits_asker){ .limits = s->worker->shared->limits,
				      .client = s->client };
}

/* Whether its moment has come; without a rate it always has. */
static bool take(struct session *s, uint64_t *ret_wait_ns)
{
	const struct limits_asker who = asker(s);
	struct work *work = s->work;
	uint64_t n = portion_take(&work->portion, &who, work->answer.body.len,
				  ret_wait_ns);

	work->paced = n != UINT64_MAX;
	(void)send_allow(&work->send, n);
	return n > 0;
}

void pace_begin(struct session *s)
{
	uint64_t wait_ns;

	s->work->paced = false;
	s->work->portion = (struct portion){ 0 };
	if (s->work->answer.body.len > 0 &&
	    limits_has_rates(s->worker->shared->limits))
		(void)take(s, &wait_ns);
}

static void wait_for(struct session *s, uint64_t ns)
{
	struct worker *w = s->worker;

	waits_start(&w->waits, &s->timer, (ns + MS - 1) / MS, w->loop.now_ms);
}

/* What is not watched does not report a hang-up over and over either. */
bool pace_wait(struct session *s)
{
	uint64_t wait_ns;

	if (take(s, &wait_ns))
		return true;
	s->work->watched = false;
	(void)loop_want(&s->worker->loop, s->key, 0);
	wait_for(s, wait_ns);
	return false;
}

void pace_over(struct timer *t)
{
	struct session *s = container_of(t, struct session, timer);
	uint64_t wait_ns;

	if (take(s, &wait_ns))
		list_append(&s->worker->running, &s->run);
	else
		wait_for(s, wait_ns);
}

void pace_end(struct session *s)
{
	const struct limits_asker who = asker(s);
	struct work *work = s->work;

	if (!work->paced)
		return;
	portion_give_back(&work->portion, &who,
			  send_allow(&work->send, POUR_ALL));
	work->paced = false;
}
