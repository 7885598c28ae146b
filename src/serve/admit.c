/* SPDX-License-Identifier: MIT */
/* Limits and lacks at the door: see admit.h. */
#include "serve/admit.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "http/reply.h"
#include "net/addr.h"
#include "net/limits.h"
#include "net/sock.h"
#include "serve/session.h"
#include "serve/worker.h"

/* A head without a body. */
enum { REFUSAL_SIZE = 256 };

void admit_set(struct limits *l, const struct serve_opts *opts)
{
	const struct limits_opts set = {
		.connections = opts->max_connections,
		.client_connections = opts->client_connections,
		.rate = opts->rate,
		.client_rate = opts->client_rate,
	};

	limits_set(l, &set);
}

/* ── Turning away ── */

/*
 * It costs about as many bytes as the peer's own handshake did, so that nobody
 * gains by having them sent to somebody else. A new socket has room for them.
 */
static void say_503(struct worker *w, int fd)
{
	char memory[REFUSAL_SIZE];
	struct text t = text_over(memory, sizeof(memory));

	stamp_refresh(&w->stamp, w->loop.now_ms);
	reply_begin(&t, 503, w->stamp.date);
	reply_field(&t, "Connection", SLICE("close"));
	reply_field(&t, "Retry-After", SLICE("1"));
	reply_number(&t, "Content-Length", 0);
	reply_end(&t);
	(void)send(fd, t.at, t.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Takes fd. */
static void turn_away(struct worker *w, int fd)
{
	if (w->n_turned_away >= TURNED_AWAY_MAX) {
		(void)close(fd);
		return;
	}
	say_503(w, fd);
	if (session_part(w, fd) < 0)
		(void)close(fd);
}

static const char *const reasons[LIMITS_ENTRIES] = {
	[LIMITS_FULL] = "pour: turned away with 503: all connections that "
			"--max-connections allows are taken",
	[LIMITS_CLIENT_FULL] = "pour: turned away with 503: a client with more "
			       "connections than --client-connections allows",
	[LIMITS_SCARCE] =
		"pour: no descriptors left, accepting again in 100 ms",
};

/* Each reason once a second at most, however many are concerned. */
static void say(struct worker *w, enum limits_entry why)
{
	log_say_rarely(&w->shared->log, reasons[why], w->loop.now_ms,
		       &w->said_ms[why]);
}

static void use_reserve(struct worker *w, int listener)
{
	int fd = door_by_reserve(&w->door, listener);

	if (fd >= 0) {
		limits_note_refused(w->shared->limits, LIMITS_SCARCE);
		say_503(w, fd);
		(void)close(fd);
	}
	door_keep_reserve(&w->door);
}

/* ── Letting in ── */

static bool is_full(const struct shared *s)
{
	return limits_connections(s->limits) >= s->connections_max;
}

static int enter(struct worker *w, const struct addr *peer,
		 struct client **ret_client)
{
	struct limits *l = w->shared->limits;
	int r = limits_enter(l, peer, ret_client);

	if (r == LIMITS_FULL && session_make_room(w))
		r = limits_enter(l, peer, ret_client);
	return r;
}

static int let_in(struct worker *w, int fd, const struct addr *peer)
{
	struct client *client = NULL;
	int r = enter(w, peer, &client);

	if (r < 0)
		return r;
	if (r != LIMITS_WELCOME) {
		limits_note_refused(w->shared->limits, (enum limits_entry)r);
		say(w, (enum limits_entry)r);
		turn_away(w, fd);
		return 0;
	}
	r = session_new(w, fd, peer, client);
	if (r < 0)
		limits_leave(w->shared->limits, client);
	return r;
}

static int take(struct worker *w, int listener)
{
	struct addr peer;
	int fd, r;

	/* The rest of the descriptors is there to open files. */
	if (is_full(w->shared) && !session_make_room(w))
		return -EMFILE;
	fd = sock_accept(listener, &peer);
	if (fd == -EMFILE || fd == -ENFILE)
		use_reserve(w, listener);
	if (fd < 0)
		return fd;
	r = let_in(w, fd, &peer);
	if (r < 0)
		(void)close(fd);
	return r;
}

int admit_one(struct door *d, int listener)
{
	struct worker *w = container_of(d, struct worker, door);
	int r = take(w, listener);

	if (r < 0 && r != -EAGAIN)
		say(w, LIMITS_SCARCE);
	return r;
}
