/* SPDX-License-Identifier: MIT */
/* The first bytes of a client: see greet.h. */
#include "proxy/greet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/base.h"
#include "net/network.h"
#include "net/proxy_header.h"
#include "proxy/lane.h"
#include "proxy/route.h"
#include "proxy/rules.h"
#include "proxy/talk.h"

/* Most clients need no more than the first of these. */
enum { IN_FIRST = 4 * 1024, IN_MAX = PROXY_HEADER_MAX + HELLO_MAX };

bool greet_wants_header(const struct proxy_opts *o, const struct addr *peer)
{
	return network_has(o->proxy_in, o->n_proxy_in, peer);
}

bool greet_wants_hello(const struct proxy_opts *o)
{
	return o->n_names > 0;
}

/* Who comes by a unix socket was let in by its folder's mode. */
bool greet_allows(const struct proxy_opts *o, const struct addr *peer)
{
	if (peer->sa.sa_family == AF_UNIX)
		return true;
	if (network_has(o->deny, o->n_deny, peer))
		return false;
	return o->n_allow == 0 || network_has(o->allow, o->n_allow, peer);
}

/* ── Bytes ── */

static int grow(struct opening *o)
{
	uint32_t size = o->in_size > 0 ? 2 * o->in_size : IN_FIRST;
	char *in;

	if (o->in_len < o->in_size)
		return 0;
	size = MIN(size, (uint32_t)IN_MAX);
	in = size > o->in_size ? realloc(o->in, size) : NULL;
	if (in == NULL)
		return -ENOMEM;
	o->in = in;
	o->in_size = size;
	return 0;
}

/* 1: there are more bytes; 0: the client has said all; -errno. */
static int read_some(struct talk *t)
{
	struct opening *o = t->opening;
	int r = grow(o);
	ssize_t n;

	if (r < 0)
		return r;
	n = recv(t->fd[CLIENT], o->in + o->in_len, o->in_size - o->in_len, 0);
	if (n < 0)
		return -errno;
	o->in_len += (uint32_t)n;
	return n > 0;
}

/* ── Who it is ── */

/* A new name is a new client, as far as limits are concerned. */
static bool is_let_in(struct talk *t, const struct addr *peer)
{
	struct limits *l = t->lane->shared->limits;
	struct client *client = NULL;

	if (!greet_allows(&t->lane->rules->opts, peer)) {
		limits_note_refused(l, LIMITS_DENIED);
		return false;
	}
	limits_leave(l, t->client);
	t->client = NULL;
	t->entered = limits_enter(l, peer, &client) == LIMITS_WELCOME;
	if (t->entered)
		t->client = client;
	else
		limits_note_refused(l, LIMITS_CLIENT_FULL);
	return t->entered;
}

/* A header that names nobody is of the proxy itself, such as a check. */
static bool meet(struct talk *t, const struct proxy_header *h)
{
	struct addr self;

	peer_to_addr(&t->peer, &self);
	if (!is_let_in(t, h->local ? &self : &h->src))
		return talk_end(t, 'P', 'R');
	if (!h->local) {
		peer_of_addr(&h->src, &t->peer);
		t->opening->dst = h->dst;
	}
	t->opening->used = (uint32_t)h->len;
	t->opening->wants_header = false;
	return true;
}

/* Whether the next thing may be looked at; it ended, or waits, otherwise. */
static bool take_header(struct talk *t, bool *ret_on)
{
	struct opening *o = t->opening;
	struct proxy_header h;
	const char *why;
	int r = proxy_header_parse(&h, o->in, o->in_len, &why);

	*ret_on = false;
	if (r == PROXY_HEADER_MORE)
		return false;
	*ret_on = r < 0 ? talk_end(t, 'P', 'R') : meet(t, &h);
	return t->state == TALK_GREET;
}

/* ── Whom it wants ── */

/* What speaks no TLS is everybody else's; only nobody's name leads nowhere. */
static bool choose(struct talk *t, const struct hello *h)
{
	struct opening *o = t->opening;
	struct route *to = route_for(t->lane->route, h);

	if (to == NULL)
		return talk_end(t, 'P', 'R');
	(void)route_drop(o->route);
	o->route = route_share(to);
	return talk_to(t, TALK_DIAL);
}

static bool take_hello(struct talk *t, bool is_all)
{
	struct opening *o = t->opening;
	const char *from = o->in + o->used;
	size_t len = o->in_len - o->used;
	struct hello h = { .name_len = 0 };
	int r;

	if (!is_all && !hello_is_due(&o->scan, from, len))
		return false;
	r = hello_parse(&h, from, len);
	if (r == HELLO_MORE && !is_all && len < HELLO_MAX)
		return false;
	/* Whom one wants who begins as TLS and goes on as something else
	 * nobody knows: no target is to find out. */
	return r < 0 ? talk_end(t, 'P', 'R') : choose(t, &h);
}

/* ── The state ── */

static bool look(struct talk *t, bool is_all)
{
	struct opening *o = t->opening;
	bool on;

	if (o->wants_header && !take_header(t, &on))
		return is_all && !on ? talk_end(t, 'C', 'R') : on;
	if (o->wants_hello)
		return take_hello(t, is_all);
	return talk_to(t, TALK_DIAL);
}

/* What follows stays in the socket, until a target has taken the call. */
static bool done(struct talk *t, bool on)
{
	if (t->state != TALK_DIAL)
		return on;
	timer_stop(&t->timer);
	(void)loop_want(&t->lane->loop, t->key[CLIENT], EPOLLERR);
	return on;
}

bool greet_ready(struct talk *t)
{
	int r = read_some(t);

	if (r == -EAGAIN || r == -EINTR)
		return false;
	if (r == -ENOMEM)
		return talk_end(t, 'R', 'R');
	if (r < 0)
		return talk_end(t, 'C', 'R');
	return done(t, look(t, r == 0));
}

bool greet_begin(struct talk *t)
{
	struct lane *lane = t->lane;

	timer_start(&lane->hello_late, &t->timer, lane->loop.now_ms);
	if (loop_want(&lane->loop, t->key[CLIENT], EPOLLIN) < 0)
		return talk_end(t, 'R', 'R');
	return false;
}

void greet_late(struct timer *timer)
{
	struct talk *t = container_of(timer, struct talk, timer);

	if (talk_end(t, 'c', 'R'))
		talk_run(t);
}
