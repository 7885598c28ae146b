/* SPDX-License-Identifier: MIT */
/* A relay's wants to the loop, and why it ended: see passing.h. */
#include "proxy/passing.h"

#include <errno.h>
#include <poll.h>
#include <pour.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/base.h"
#include "proxy/lane.h"
#include "proxy/rules.h"
#include "proxy/talk.h"

#define MS UINT64_C(1000000)

/* ── Why it ended ── */

static char letter(bool is_client)
{
	return is_client ? 'C' : 'S';
}

/* Who failed, or who kept the other waiting. */
static char cause_of(const struct talk *t)
{
	struct pour_account a;

	for (unsigned i = 0; i < 2; i++) {
		pour_relay_account(&t->relay, i, &a);
		if (a.ended == POUR_ENDED_FAILED)
			return letter((a.side == POUR_SIDE_DST) != (i == 0));
	}
	pour_relay_account(&t->relay, CLIENT, &a);
	return a.ended == POUR_ENDED_SOURCE ? 's' : 'c';
}

static bool over(struct talk *t, int r)
{
	return r == 0 ? talk_end(t, '-', '-') : talk_end(t, cause_of(t), 'D');
}

/* ── What it waits for ── */

/* The events of poll(2) and of epoll have the same numbers. */
static int watch(struct talk *t)
{
	int r = 0;

	for (int i = 0; i < 2 && r == 0; i++) {
		short wanted = pour_relay_events(&t->relay, t->fd[i]);
		uint32_t events = (uint16_t)wanted;

		/* An end that came with the last bytes is read with them. */
		if (events & EPOLLIN)
			events |= EPOLLRDHUP;
		r = loop_want(&t->lane->loop, t->key[i], events);
	}
	return r;
}

/* One that is due earlier may stay: it looks, and waits for the rest. */
static void set_timer(struct talk *t, uint64_t ns)
{
	struct lane *lane = t->lane;
	uint64_t ms;

	if (ns == UINT64_MAX) {
		timer_stop(&t->timer);
		return;
	}
	ms = ns / MS + 1;
	if (list_is_empty(&t->timer.link) ||
	    t->timer.due_ms > lane->loop.now_ms + ms)
		waits_start(&lane->waits, &t->timer, ms, lane->loop.now_ms);
}

static void go_on_next_turn(struct talk *t)
{
	timer_stop(&t->timer);
	t->queued = true;
	list_append(&t->lane->running, &t->timer.link);
}

static bool stepped(struct talk *t, int r)
{
	uint64_t wait_ns;

	if (t->opening != NULL && pour_relay_pending(&t->relay, CLIENT) == 0)
		talk_free_opening(t);
	if (r <= 0)
		return over(t, r);
	if (watch(t) < 0) {
		pour_relay_abort(&t->relay);
		return talk_end(t, 'R', 'D');
	}
	wait_ns = allowance_step(t);
	if (r & POUR_WANT_CPU || wait_ns == 0)
		go_on_next_turn(t);
	else
		set_timer(t, MIN(wait_ns, pour_relay_wait_ns(&t->relay)));
	return false;
}

/* ── Who it is, for the target ── */

/* Where targets want to know; false: there is no memory for it. */
static bool introduce(struct talk *t)
{
	struct opening *o = t->opening;
	struct addr src, *dst = &o->dst;

	if (t->lane->rules->opts.out == PROXY_OUT_NONE)
		return true;
	o->out = malloc(PROXY_HEADER_WRITTEN_MAX);
	if (o->out == NULL)
		return false;
	peer_to_addr(&t->peer, &src);
	if (dst->len == 0) {
		dst->len = sizeof(dst->storage);
		if (getsockname(t->fd[CLIENT], &dst->sa, &dst->len) < 0)
			*dst = src;
	}
	o->out_len = (uint32_t)(t->lane->rules->opts.out == PROXY_OUT_V1
					? proxy_header_v1(o->out, &src, dst)
					: proxy_header_v2(o->out, &src, dst));
	return true;
}

/* ── The state ── */

bool passing_begin(struct talk *t)
{
	struct pour_duplex side[] = {
		[CLIENT] = pour_duplex(t->fd[CLIENT]),
		[SERVER] = pour_duplex(t->fd[SERVER]),
	};
	struct opening *o = t->opening;

	if (!introduce(t))
		return talk_end(t, 'R', 'C');
	side[SERVER].head = o->out;
	side[SERVER].head_size = o->out_len;
	side[CLIENT].buffered = o->in + o->used;
	side[CLIENT].buffered_size = o->in_len - o->used;
	if (pour_relay_begin(&t->relay, side, &t->lane->relay_opts) < 0)
		return talk_end(t, 'R', 'C');
	t->passing = true;
	t->cause = 0;
	allowance_begin(t);
	/* Who has just taken the call has hardly said anything yet. */
	return stepped(t,
		       pour_relay_step_for(&t->relay, t->fd[CLIENT], POLLIN));
}

bool passing_step(struct talk *t)
{
	return stepped(t, pour_relay_step(&t->relay));
}

/* One that is queued has its turn there, and only there. */
bool passing_ready(struct talk *t, int side, uint32_t events)
{
	if (t->queued)
		return false;
	return stepped(
		t, pour_relay_step_for(&t->relay, t->fd[side], (short)events));
}

void passing_late(struct timer *timer)
{
	struct talk *t = container_of(timer, struct talk, timer);

	/* The moment of a portion may have come. */
	(void)allowance_step(t);
	if (passing_step(t))
		talk_run(t);
}
