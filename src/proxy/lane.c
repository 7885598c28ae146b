/* SPDX-License-Identifier: MIT */
/* The turns of one thread, and how they end: see lane.h. */
#include "proxy/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "proxy/dial.h"
#include "proxy/enter.h"
#include "proxy/greet.h"
#include "proxy/passing.h"
#include "proxy/route.h"
#include "proxy/rules.h"
#include "proxy/talk.h"
#include "proxy/view.h"

/* A full queue of a unix socket is tried again so soon; and who waits for a
 * place that another thread may free looks as often. */
enum { AGAIN_MS = 10 };

static void grace_over(struct timer *t)
{
	container_of(t, struct lane, grace)->cut = true;
}

static void init_queue(struct lane *l, struct timer_queue *q, uint32_t after_ms,
		       timer_fired *fired)
{
	timer_queue_init(q, after_ms, fired);
	loop_add_queue(&l->loop, q);
}

static void init_queues(struct lane *l)
{
	init_queue(l, &l->hello_late, 0, greet_late);
	init_queue(l, &l->connect_late, 0, dial_late);
	init_queue(l, &l->wait_late, 0, dial_waited);
	init_queue(l, &l->again, AGAIN_MS, dial_again);
	init_queue(l, &l->grace_late, 0, grace_over);
	waits_init(&l->waits, &l->loop, passing_late);
	timer_init(&l->grace);
	checks_init(l);
	keep_init(l);
}

static void init_relays(struct lane *l)
{
	l->flow_opts.flags = POUR_SIGNALS_IGNORED | POUR_LEVEL |
			     POUR_NONBLOCKING;
	l->relay_opts = (struct pour_relay_opts){
		.flow = {&l->flow_opts, &l->flow_opts},
		.pool = l->pool,
		.flags = POUR_CLOSES,
	};
}

/* ── Routes ── */

static struct lane_way *ways_new(const struct lane *l,
				 const struct route *first)
{
	uint32_t n = route_count(first);
	struct lane_way *ways = calloc(n, sizeof(*ways));

	for (uint32_t i = 0; ways != NULL && i < n; i++) {
		if (l->rules != NULL)
			ways[i].balance.method = l->rules->opts.balance;
		ways[i].balance.random = (uintptr_t)l;
		list_init(&ways[i].waiting);
	}
	return ways;
}

static void ways_free(struct lane_way *ways, struct route *first)
{
	for (uint32_t i = route_count(first); ways != NULL && i-- > 0;)
		balance_done(&ways[i].balance);
	free(ways);
	(void)route_drop(first);
}

/* Whoever waits in the old queues goes to the new ones before they are freed. */
static int set_route(struct lane *l)
{
	struct lane_way *old_ways = l->ways;
	struct route *old = l->route, *first;
	struct lane_way *ways;

	first = targets_share(&l->shared->targets);
	ways = ways_new(l, first);
	if (ways == NULL) {
		(void)route_drop(first);
		return -ENOMEM;
	}
	l->route = first;
	l->ways = ways;
	dial_renew_queue(l);
	ways_free(old_ways, old);
	return 0;
}

/* Without memory for them it goes on with the old ones, and tries again. */
static void lane_renew(struct lane *l)
{
	if (!targets_changed(&l->shared->targets, l->route))
		return;
	if (set_route(l) < 0)
		return;
	checks_renew(l);
	names_renew(l);
}

/* ── Rules ── */

/* Those that run already are due when they were, or somewhat later. */
static void set_times(struct lane *l)
{
	const struct proxy_opts *o = &l->rules->opts;

	l->hello_late.after_ms = o->hello_timeout_ms;
	l->connect_late.after_ms = o->connect_timeout_ms;
	l->wait_late.after_ms = o->connect_timeout_ms;
	l->grace_late.after_ms = o->grace_ms;
	l->relay_opts.half_ms = o->half_timeout_ms;
	l->relay_opts.idle_ms = o->idle_timeout_ms;
	l->flow_opts.rate = o->connection_rate;
}

/* Conversations under way have nothing to do with it, but for their times and
 * their own rates. */
static int take_rules(struct adopter *a, const void *what)
{
	struct lane *l = container_of(a, struct lane, adopter);
	struct rules *rules = *(struct rules *const *)what;

	(void)rules_drop(l->rules);
	l->rules = rules_share(rules);
	set_times(l);
	for (uint32_t i = route_count(l->route); i-- > 0;)
		l->ways[i].balance.method = rules->opts.balance;
	checks_renew(l);
	names_change(l);
	return 0;
}

/* ── Coming and going ── */

int lane_init(struct lane *l, struct proxy_shared *shared)
{
	int r;

	memset(l, 0, sizeof(*l));
	l->shared = shared;
	l->loop.epoll_fd = l->loop.wake_fd = l->door.reserve_fd = -1;
	list_init(&l->door.listeners);
	timer_init(&l->door.again);
	list_init(&l->talks);
	list_init(&l->running);
	log_lines_init(&l->lines, &shared->log);
	adopter_init(&l->adopter, &l->loop, &l->door, take_rules);
	r = loop_init(&l->loop);
	if (r < 0)
		return r;
	init_queues(l);
	door_init(&l->door, &l->loop, enter_one);
	r = set_route(l);
	if (r == 0)
		r = pour_pool_new(&l->pool, 0, 0);
	init_relays(l);
	return r;
}

void lane_done(struct lane *l)
{
	checks_done(l);
	names_done(l);
	talk_free_openings(l);
	door_done(&l->door);
	ways_free(l->ways, l->route);
	l->rules = rules_drop(l->rules);
	adopter_done(&l->adopter);
	(void)pour_pool_free(l->pool);
	loop_done(&l->loop);
}

void lane_say_scarce(struct lane *l)
{
	limits_note_refused(l->shared->limits, LIMITS_SCARCE);
	enter_say(l, LIMITS_SCARCE);
}

/* ── Stopping ── */

/* What waits in the queue was promised a connection by the kernel already. */
static void drain(struct lane *l)
{
	l->draining = true;
	door_last(&l->door);
	timer_start(&l->grace_late, &l->grace, l->loop.now_ms);
}

static bool is_over(struct lane *l)
{
	int stop = atomic_load_explicit(&l->shared->stop, memory_order_relaxed);

	if (stop == PROXY_NOW)
		l->cut = true;
	else if (stop == PROXY_DRAIN && !l->draining)
		drain(l);
	return l->cut || (l->draining && list_is_empty(&l->talks));
}

/* ── A turn ── */

/* Those that queued before this turn; the marker is where they end. */
static void run_queue(struct lane *l, struct list *marker)
{
	while (l->running.next != marker) {
		struct list *first = l->running.next;

		list_remove(first);
		talk_go_on(first);
	}
	list_remove(marker);
}

static uint64_t may_wait(const struct lane *l)
{
	uint64_t ms = log_waits(&l->lines) ? LOG_AGAIN_MS : UINT64_MAX;

	return l->n_waiting > 0 ? MIN(ms, (uint64_t)AGAIN_MS) : ms;
}

static bool is_asked(atomic_bool *flag)
{
	return atomic_load_explicit(flag, memory_order_relaxed) &&
	       atomic_exchange(flag, false);
}

static int turn(struct lane *l)
{
	bool idle = list_is_empty(&l->running);
	struct list marker;
	int r;

	list_init(&marker);
	list_append(&l->running, &marker);
	r = loop_turn(&l->loop, idle ? may_wait(l) : 0);
	run_queue(l, &marker);
	lane_renew(l);
	adopt_offered(&l->adopter, l->draining);
	dial_queue(l);
	log_flush(&l->lines);
	if (ebb_note(&l->ebb, l->n_talks)) {
		loop_trim(&l->loop);
		ebb_give_back();
	}
	metrics_note_pool(&l->metrics, l->pool);
	if (is_asked(&l->dump))
		view_lane(l);
	return r;
}

int lane_run(struct lane *l)
{
	int r = 0;

	/* What was set before it ran: who comes first counts already. */
	lane_renew(l);
	while (r >= 0 && !is_over(l))
		r = turn(l);
	adopt_nothing_more(&l->adopter);
	door_close(&l->door);
	talk_cut_all(&l->talks);
	log_lines_done(&l->lines);
	return r;
}
