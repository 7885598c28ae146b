/* SPDX-License-Identifier: MIT */
/* What happens in each state, and which one is next. */
#include "serve/state.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/gate.h"
#include "serve/lease.h"
#include "serve/move.h"
#include "serve/pace.h"
#include "serve/record.h"
#include "serve/session.h"
#include "serve/site.h"
#include "serve/watch.h"
#include "serve/worker.h"

/* An answer counts once, and once more for each so many bytes of it. */
enum { ROUND_SIZE = 64 * 1024 };
/* While lingering: bytes thrown away at a time, and in all. */
enum { DRAIN_SIZE = 8 * 1024, DRAIN_TIMES = 16, DRAIN_MAX = 64 << 20 };

/* ── ANSWER: a head to a reply, and the transfer that it is ── */

/* Whose files this is about; what was not understood is the first site's. */
static void choose_site(struct session *s)
{
	struct work *work = s->work;
	struct worker *w = s->worker;
	const struct sites *sites;

	stamp_refresh(&w->stamp, w->loop.now_ms);
	if (work->lease == NULL)
		work->lease = lease_take(w);
	sites = work->lease->sites;
	cache_turn_to(&w->cache, work->refusal != 0
					 ? sites_first(sites)
					 : sites_find(sites, work->head.host));
}

/* As gate_pass() has it, for a site that asks who comes. */
static int pass(struct session *s)
{
	const struct policy *policy = s->worker->cache.policy;

	if (s->work->refusal != 0 || policy == NULL || policy->users == NULL)
		return 0;
	return gate_pass(s, policy->users);
}

/* True: the answer is not whole yet; in the next turn it goes on. */
static bool answer(struct session *s, int denied)
{
	struct worker *w = s->worker;
	struct work *work = s->work;

	if (work->answers)
		return answer_go_on(&work->answer);
	answer_begin(&work->answer, w->stamp.date,
		     w->draining || work->left_body);
	work->answer.denied = denied;
	if (work->refusal == 0)
		return answer_request(&work->answer, &w->cache, &work->head);
	answer_refuse(&work->answer, work->refusal);
	return false;
}

bool state_answer(struct session *s)
{
	struct work *work = s->work;
	int denied = 0;
	bool more;

	if (!work->answers) {
		choose_site(s);
		denied = pass(s);
		if (denied == GATE_WAIT)
			return false;
	}
	more = answer(s, denied);
	work->answers = more;
	if (more) {
		timer_stop(&s->timer); /* it is our turn to be slow */
		return move_next_turn(s);
	}
	work->watched = false;
	s->state = SESSION_SEND;
	if (send_begin(&work->send, s->fd, s->worker->pool, &work->answer) < 0)
		return state_abandon(s);
	pace_begin(s);
	return true;
}

/* ── SEND: the reply leaves ── */

/* Bytes of the next request that came with this one to the front. */
static void forget_request(struct work *work)
{
	uint32_t len = (uint32_t)work->head.len;

	work->in_len -= len;
	work->looked = 0;
	if (work->in_len > 0)
		memmove(work->in, work->in + len, work->in_len);
	head_init(&work->head);
}

/*
 * A close with unread bytes is a reset, and that may destroy the answer on
 * its way (RFC 9112, 9.6).
 */
static bool must_linger(const struct session *s)
{
	const struct work *work = s->work;
	int unread = 0;

	if (work->refusal != 0 || work->left_body ||
	    work->in_len > work->head.len)
		return true;
	/* It was not told to send nothing more. */
	if (!work->answer.close && move_is_sending(s))
		return true;
	return ioctl(s->fd, FIONREAD, &unread) == 0 && unread > 0;
}

static bool leave(struct session *s)
{
	bool linger = must_linger(s);

	move_give_work(s);
	return linger ? move_apart(s) : move_to(s, SESSION_CLOSED);
}

/* All that an answer held is given back. */
static void drop_answer(struct session *s)
{
	answer_finish(&s->work->answer, &s->worker->cache);
	lease_give(s->worker, s->work->lease);
	s->work->lease = NULL;
	s->work->gate = 0; /* the next request shows its own credentials */
}

/* What an answer leaves behind goes to the log. */
static void end_answer(struct session *s)
{
	pace_end(s);
	send_finish(&s->work->send);
	record_answer(s);
	drop_answer(s);
}

static bool keep(struct session *s, uint32_t rounds)
{
	struct worker *w = s->worker;

	forget_request(s->work);
	s->waits = false;
	s->state = SESSION_READ;
	if (loop_want(&w->loop, s->key, EPOLLIN) < 0)
		return state_abandon(s);
	move_deadline(s, &w->idle_late);
	if (s->work->in_len == 0) {
		move_give_work(s);
		return false;
	}
	s->work->started_ms = w->loop.now_ms;
	return rounds < w->rounds_max || move_next_turn(s);
}

static bool sent(struct session *s, uint32_t *rounds)
{
	struct work *work = s->work;
	uint64_t cost = 1 + send_moved(&work->send) / ROUND_SIZE;

	watch_trust(s);
	end_answer(s);
	s->asked = true;
	if (work->answer.close || s->worker->draining)
		return leave(s);
	*rounds += (uint32_t)MIN(cost, (uint64_t)s->worker->rounds_max);
	return keep(s, *rounds);
}

/* It left before it was known whether it may come in. */
static void drop_wait(struct session *s)
{
	gate_forget(s);
	lease_give(s->worker, s->work->lease);
	s->work->lease = NULL;
}

bool state_abandon(struct session *s)
{
	if (s->state == SESSION_SEND)
		end_answer(s);
	else if (s->work != NULL && s->work->answers)
		drop_answer(s);
	else if (s->work != NULL)
		drop_wait(s);
	move_give_work(s);
	return move_to(s, SESSION_CLOSED);
}

/* Among the connections of this thread, the one with a request. */
static bool is_alone(const struct worker *w)
{
	return counter_get(&w->tally.metrics.busy) == 1;
}

bool state_send(struct session *s, uint32_t *rounds)
{
	int want = send_step(&s->work->send, is_alone(s->worker));

	if (want == 0)
		return sent(s, rounds);
	if (want < 0)
		return state_abandon(s);
	if (want & POUR_WANT_TIME)
		return pace_wait(s) ? move_next_turn(s) : false;
	watch_answer(s);
	if (want & POUR_WANT_CPU)
		return move_next_turn(s);
	if (loop_want(&s->worker->loop, s->key, EPOLLOUT) < 0)
		return state_abandon(s);
	return false;
}

/* ── LINGER: what the peer still sends is thrown away ── */

bool state_linger(struct session *s)
{
	char waste[DRAIN_SIZE];

	for (int i = 0; i < DRAIN_TIMES; i++) {
		ssize_t n = recv(s->fd, waste, sizeof(waste), 0);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0 || s->drained > DRAIN_MAX)
			return move_to(s, SESSION_CLOSED);
		s->drained += (uint32_t)n;
	}
	return false;
}
