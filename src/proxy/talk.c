/* SPDX-License-Identifier: MIT */
/* How a conversation comes and goes; its states are dial.c and passing.c. */
#include "proxy/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/base.h"
#include "proxy/dial.h"
#include "proxy/greet.h"
#include "proxy/keep.h"
#include "proxy/lane.h"
#include "proxy/line.h"
#include "proxy/passing.h"
#include "proxy/route.h"
#include "proxy/rules.h"

/* About 400 bytes each. */
enum { FREE_OPENINGS_MAX = 64 };

bool talk_to(struct talk *t, enum talk_state state)
{
	t->state = (uint8_t)state;
	return true;
}

bool talk_end(struct talk *t, char cause, char phase)
{
	t->cause = cause;
	t->phase = phase;
	return talk_to(t, TALK_CLOSED);
}

/* Kept and lent again, so that they leave no holes between conversations. */
static void opening_free(struct lane *l, struct opening *o)
{
	if (o == NULL)
		return;
	(void)route_drop(o->route);
	(void)route_drop(o->before);
	free(o->in);
	free(o->out);
	if (l->n_free_openings >= FREE_OPENINGS_MAX) {
		free(o);
		return;
	}
	o->next_free = l->free_openings;
	l->free_openings = o;
	l->n_free_openings++;
}

void talk_free_opening(struct talk *t)
{
	opening_free(t->lane, t->opening);
	t->opening = NULL;
}

void talk_free_openings(struct lane *l)
{
	while (l->free_openings != NULL) {
		struct opening *o = l->free_openings;

		l->free_openings = o->next_free;
		free(o);
	}
	l->n_free_openings = 0;
}

static struct opening *opening_take(struct lane *l)
{
	struct opening *o = l->free_openings;

	if (o == NULL)
		return calloc(1, sizeof(*o));
	l->free_openings = o->next_free;
	l->n_free_openings--;
	*o = (struct opening){ .next_free = NULL };
	return o;
}

void talk_leave_upstream(struct talk *t)
{
	if (t->upstream == NULL)
		return;
	target_leave(&t->upstream->target);
	upstream_drop(t->upstream);
	t->upstream = NULL;
}

static void close_side(struct talk *t, int side)
{
	loop_close(&t->lane->loop, t->key[side]);
}

static void talk_free(struct talk *t)
{
	struct lane *lane = t->lane;

	dial_leave_queue(t);
	line_note(t);
	if (t->passing)
		allowance_end(t);
	pour_relay_finish(&t->relay);
	close_side(t, SERVER);
	close_side(t, CLIENT);
	timer_stop(&t->timer);
	keep_leaves(t);
	list_remove(&t->link);
	lane->n_talks--;
	talk_leave_upstream(t);
	talk_free_opening(t);
	if (t->entered)
		limits_leave(lane->shared->limits, t->client);
	free(t);
}

/* Only that it is gone is of interest, until somebody has taken the call. */
static void watch_client(struct talk *t)
{
	(void)loop_want(&t->lane->loop, t->key[CLIENT], EPOLLERR);
}

void talk_run(struct talk *t)
{
	bool on = true;

	while (on) {
		switch ((enum talk_state)t->state) {
		case TALK_GREET:
			on = greet_begin(t);
			break;
		case TALK_DIAL:
			on = dial_next(t);
			break;
		case TALK_WAIT:
			on = false;
			break;
		case TALK_RELAY:
			on = passing_begin(t);
			break;
		case TALK_CLOSED:
			talk_free(t);
			return;
		}
	}
	if (t->state == TALK_DIAL || t->state == TALK_WAIT)
		watch_client(t);
}

static void client_ready(void *context, uint32_t events)
{
	struct talk *t = context;
	bool on;

	if (t->state == TALK_RELAY)
		on = passing_ready(t, CLIENT, events);
	else
		on = t->state == TALK_GREET ? greet_ready(t) : dial_client(t);
	if (on)
		talk_run(t);
}

static void server_ready(void *context, uint32_t events)
{
	struct talk *t = context;
	bool on = t->state == TALK_RELAY ? passing_ready(t, SERVER, events)
					 : dial_answered(t);

	if (on)
		talk_run(t);
}

int talk_watch_server(struct talk *t, uint32_t events)
{
	int r = loop_add(&t->lane->loop, t->fd[SERVER], server_ready, t,
			 &t->key[SERVER]);

	if (r == 0)
		r = loop_want(&t->lane->loop, t->key[SERVER], events);
	return r;
}

static int know_client(struct talk *t)
{
	return loop_add(&t->lane->loop, t->fd[CLIENT], client_ready, t,
			&t->key[CLIENT]);
}

static struct opening *opening_new(struct lane *lane, const struct addr *peer)
{
	const struct proxy_opts *opts = &lane->rules->opts;
	struct opening *o = opening_take(lane);

	if (o == NULL)
		return NULL;
	o->route = route_share(lane->route);
	list_init(&o->wait);
	o->wants_header = greet_wants_header(opts, peer);
	o->wants_hello = greet_wants_hello(opts);
	return o;
}

int talk_new(struct lane *lane, int fd, const struct addr *peer,
	     struct client *client)
{
	bool paced = limits_has_rates(lane->shared->limits);
	struct talk *t = calloc(1, sizeof(*t) + paced * sizeof(*t->allowance));
	struct opening *o = opening_new(lane, peer);

	if (t != NULL) {
		t->lane = lane;
		t->paced = paced;
		t->fd[CLIENT] = fd;
		t->fd[SERVER] = -1;
	}
	if (t != NULL)
		t->opening = o;
	if (o != NULL)
		o->talk = t;
	if (t == NULL || o == NULL || know_client(t) < 0) {
		opening_free(lane, o);
		free(t);
		return -ENOMEM;
	}
	if (!o->wants_header && !o->wants_hello)
		t->state = TALK_DIAL;
	t->entered = true;
	t->client = client;
	t->began_ms = lane->loop.now_ms;
	peer_of_addr(peer, &t->peer);
	timer_init(&t->timer);
	list_init(&t->link);
	list_append(&lane->talks, &t->link);
	keep_began(lane);
	lane->n_talks++;
	counter_add(&lane->metrics.accepted, 1);
	talk_run(t);
	return 0;
}

void talk_go_on(struct list *timer_link)
{
	struct talk *t = container_of(timer_link, struct talk, timer.link);

	t->queued = false;
	if (passing_step(t))
		talk_run(t);
}

/* By enum talk_state, the letters of line.h. */
static const char phases[] = "RCQDD";

void talk_cut_all(struct list *talks)
{
	struct list *next;

	for (struct list *at = talks->next; at != talks; at = next) {
		struct talk *t = container_of(at, struct talk, link);

		next = at->next;
		if (t->state == TALK_RELAY)
			pour_relay_abort(&t->relay);
		t->cause = 'K';
		t->phase = phases[t->state];
		talk_free(t);
	}
}
