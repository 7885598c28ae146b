/* SPDX-License-Identifier: MIT */
/* One target after the other: see dial.h. */
#include "proxy/dial.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/base.h"
#include "net/sock.h"
#include "proxy/lane.h"
#include "proxy/route.h"
#include "proxy/rules.h"
#include "proxy/talk.h"

/* Of one thread; beyond, nobody may wait. */
enum { QUEUE_MAX = 4096 };

/* Three failures in a row, and nobody else is sent there for a while. */
static const struct target_trust trust = { .failures = 3, .out_ms = 10000 };

static struct talk *talk_of(struct timer *t)
{
	return container_of(t, struct talk, timer);
}

/* ── The queue ── */

void dial_leave_queue(struct talk *t)
{
	if (t->state != TALK_WAIT)
		return;
	t->state = TALK_DIAL;
	t->lane->n_waiting--;
	list_remove(&t->opening->wait);
}

static void join(struct talk *t)
{
	struct opening *o = t->opening;

	list_append(&t->lane->ways[o->route->number].waiting, &o->wait);
}

/* One that waits already keeps its place, and its deadline. */
static bool queue_up(struct talk *t)
{
	struct lane *lane = t->lane;

	if (t->state == TALK_WAIT)
		return false;
	if (lane->n_waiting >= QUEUE_MAX)
		return talk_end(t, 'S', 'Q');
	lane->n_waiting++;
	join(t);
	timer_start(&lane->wait_late, &t->timer, lane->loop.now_ms);
	return talk_to(t, TALK_WAIT);
}

/* Whether the first of them has gone on. */
static bool first_goes_on(struct lane_way *w)
{
	struct opening *o = container_of(w->waiting.next, struct opening, wait);
	struct talk *t = o->talk;

	if (dial_next(t))
		talk_run(t);
	return w->waiting.next != &o->wait;
}

/* One route that is full keeps nobody waiting who wants another. */
void dial_queue(struct lane *lane)
{
	if (lane->n_waiting == 0)
		return;
	for (uint32_t i = route_count(lane->route); i-- > 0;) {
		struct lane_way *w = &lane->ways[i];

		while (!list_is_empty(&w->waiting) && first_goes_on(w))
			;
	}
}

void dial_waited(struct timer *timer)
{
	struct talk *t = talk_of(timer);

	dial_leave_queue(t);
	if (talk_end(t, 's', 'Q'))
		talk_run(t);
}

/* ── Other targets ── */

static void mark_tried(struct opening *o, const struct upstream *u)
{
	for (uint32_t i = 0; i < o->route->n; i++)
		if (o->route->at[i] == u)
			balance_mark(&o->tried, i);
}

/* Who was tried in vain stays so; the old route keeps his name for the log. */
static void renew(struct talk *t)
{
	struct opening *o = t->opening;
	const struct balance_tried tried = o->tried;
	struct route *old = o->route;

	o->route = route_share(route_like(t->lane->route, old));
	o->tried = (struct balance_tried){ .bits = { 0 } };
	for (uint32_t i = 0; i < old->n; i++)
		if (balance_was_tried(&tried, i))
			mark_tried(o, old->at[i]);
	if (o->before == NULL && t->tries > 0)
		o->before = old;
	else
		(void)route_drop(old);
}

void dial_renew_queue(struct lane *lane)
{
	struct list *all = &lane->wait_late.timers;

	for (struct list *at = all->next; at != all; at = at->next) {
		struct talk *t = container_of(at, struct talk, timer.link);

		list_remove(&t->opening->wait);
		renew(t);
		join(t);
	}
}

/* ── One target ── */

static void hang_up(struct talk *t)
{
	loop_drop(&t->lane->loop, t->key[SERVER]);
	t->key[SERVER] = 0;
	if (t->fd[SERVER] >= 0)
		(void)close(t->fd[SERVER]);
	t->fd[SERVER] = -1;
	talk_leave_upstream(t);
}

/* It is not asked again for this client. */
static bool failed(struct talk *t, char cause)
{
	struct upstream *u = t->upstream;

	target_failed(&u->target, &trust, t->lane->loop.now_ms);
	atomic_fetch_add_explicit(&u->failures, 1, memory_order_relaxed);
	balance_mark(&t->opening->tried, t->opening->index);
	t->cause = cause;
	hang_up(t);
	return talk_to(t, TALK_DIAL);
}

/* What is lacking is ours, and says nothing about the target. */
static bool is_ours(int r)
{
	return r == -EMFILE || r == -ENFILE || r == -ENOMEM || r == -ENOBUFS;
}

static bool lacking(struct talk *t)
{
	hang_up(t);
	lane_say_scarce(t->lane);
	return talk_end(t, 'R', 'C');
}

static bool answered(struct talk *t)
{
	struct lane *lane = t->lane;
	struct upstream *u = t->upstream;
	uint64_t took = lane->loop.now_ms - t->began_ms;

	target_worked(&u->target);
	atomic_fetch_add_explicit(&u->connects, 1, memory_order_relaxed);
	t->connect_ms = (uint32_t)MIN(took, (uint64_t)UINT32_MAX);
	histogram_note(&lane->connect_seconds, took);
	timer_stop(&t->timer);
	return talk_to(t, TALK_RELAY);
}

static int dial_target(struct talk *t)
{
	const struct addr *to = &t->upstream->target.addr;
	struct addr from;

	if (!t->lane->rules->opts.transparent)
		return sock_dial(to, &t->fd[SERVER]);
	peer_to_addr(&t->peer, &from);
	return sock_dial_as(&from, to, &t->fd[SERVER]);
}

/* With its place taken: connects, or goes on to the next one. */
static bool call(struct talk *t)
{
	struct lane *lane = t->lane;
	int r = dial_target(t);

	if (is_ours(r))
		return lacking(t);
	if (r == -EAGAIN) {
		timer_start(&lane->again, &t->timer, lane->loop.now_ms);
		return false;
	}
	if (r < 0 && r != -EINPROGRESS)
		return failed(t, 'S');
	if (talk_watch_server(t, r < 0 ? EPOLLOUT : 0) < 0)
		return lacking(t);
	if (r == 0)
		return answered(t);
	timer_start(&lane->connect_late, &t->timer, lane->loop.now_ms);
	return false;
}

static int pick(struct talk *t)
{
	struct lane *lane = t->lane;
	struct opening *o = t->opening;
	const struct balance_choice choice = {
		.targets = o->route->targets,
		.n = o->route->n,
		.tried = &o->tried,
		.client = balance_hash(&t->peer.ip, sizeof(t->peer.ip)),
		.now_ms = lane->loop.now_ms,
	};
	int i = balance_pick(&lane->ways[o->route->number].balance, &choice);

	if (i >= 0 && !target_enter(&o->route->at[i]->target))
		return BALANCE_FULL; /* another thread was quicker */
	return i;
}

/* Nobody has been tried: nobody is to be had at all. */
static bool nobody(struct talk *t)
{
	char cause = 'S';

	if (t->cause != 0)
		cause = t->cause;
	dial_leave_queue(t);
	return talk_end(t, cause, 'C');
}

/* Of a name that nothing is known of yet, or in a chain that this thread takes
 * at the end of its turn. */
static bool may_come(const struct talk *t)
{
	const struct lane *lane = t->lane;

	return t->opening->route->is_pending ||
	       targets_changed(&lane->shared->targets, lane->route);
}

bool dial_next(struct talk *t)
{
	int i;

	if (t->opening->route->turn != t->lane->route->turn)
		renew(t);
	i = pick(t);
	if (i == BALANCE_FULL || (i == BALANCE_NONE && may_come(t)))
		return queue_up(t);
	if (i < 0)
		return nobody(t);
	dial_leave_queue(t);
	t->upstream = upstream_share(t->opening->route->at[i]);
	t->opening->index = (uint32_t)i;
	t->opening->before = route_drop(t->opening->before);
	t->tries++;
	return call(t);
}

/* ── What comes of it ── */

bool dial_answered(struct talk *t)
{
	return sock_error(t->fd[SERVER]) == 0 ? answered(t) : failed(t, 'S');
}

/* A unix peer that has said all and closed is still owed an answer. */
bool dial_client(struct talk *t)
{
	if (sock_error(t->fd[CLIENT]) == 0) {
		(void)loop_want(&t->lane->loop, t->key[CLIENT], 0);
		return false;
	}
	dial_leave_queue(t);
	return talk_end(t, 'C', 'C');
}

void dial_late(struct timer *timer)
{
	struct talk *t = talk_of(timer);

	if (failed(t, 's'))
		talk_run(t);
}

/* Its queue was full; it is not asked for ever. */
void dial_again(struct timer *timer)
{
	struct talk *t = talk_of(timer);
	struct lane *lane = t->lane;
	bool late = lane->loop.now_ms - t->began_ms >=
		    lane->rules->opts.connect_timeout_ms;

	if (late ? failed(t, 's') : call(t))
		talk_run(t);
}
