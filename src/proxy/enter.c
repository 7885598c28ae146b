/* SPDX-License-Identifier: MIT */
/* Limits and lacks at the door: see enter.h. */
#include "proxy/enter.h"

#include <errno.h>
#include <unistd.h>

#include "base/base.h"
#include "net/addr.h"
#include "net/sock.h"
#include "proxy/greet.h"
#include "proxy/lane.h"
#include "proxy/rules.h"
#include "proxy/talk.h"

static const char *const reasons[LIMITS_ENTRIES] = {
	[LIMITS_FULL] = "pour: turned away: all connections that "
			"--max-connections allows are taken",
	[LIMITS_CLIENT_FULL] = "pour: turned away: a client with more "
			       "connections than --client-connections allows",
	[LIMITS_DENIED] = "pour: turned away: a client that --allow and --deny "
			  "do not let in",
	[LIMITS_SCARCE] =
		"pour: no descriptors left, accepting again in 100 ms",
};

void enter_say(struct lane *l, enum limits_entry why)
{
	log_say_rarely(&l->shared->log, reasons[why], l->loop.now_ms,
		       &l->said_ms[why]);
}

static void use_reserve(struct lane *l, int listener)
{
	int fd = door_by_reserve(&l->door, listener);

	if (fd >= 0) {
		limits_note_refused(l->shared->limits, LIMITS_SCARCE);
		(void)close(fd);
	}
	door_keep_reserve(&l->door);
}

static int let_in(struct lane *l, int fd, const struct addr *peer)
{
	struct limits *limits = l->shared->limits;
	struct client *client = NULL;
	const struct proxy_opts *o = &l->rules->opts;
	/* Whom a proxy speaks for is counted when that is known. */
	const struct addr nobody = { .sa.sa_family = AF_UNIX };
	bool is_proxy = greet_wants_header(o, peer);
	int r = is_proxy || greet_allows(o, peer)
			? limits_enter(limits, is_proxy ? &nobody : peer,
				       &client)
			: LIMITS_DENIED;

	if (r < 0)
		return r;
	if (r != LIMITS_WELCOME) {
		limits_note_refused(limits, (enum limits_entry)r);
		enter_say(l, (enum limits_entry)r);
		(void)close(fd);
		return 0;
	}
	r = talk_new(l, fd, peer, client);
	if (r < 0)
		limits_leave(limits, client);
	return r;
}

static bool is_full(const struct proxy_shared *s)
{
	return limits_connections(s->limits) >=
	       atomic_load_explicit(&s->connections_max, memory_order_relaxed);
}

static int take(struct lane *l, int listener)
{
	struct addr peer;
	int fd, r;

	if (is_full(l->shared))
		return -EMFILE;
	fd = sock_accept(listener, &peer);
	if (fd == -EMFILE || fd == -ENFILE)
		use_reserve(l, listener);
	if (fd < 0)
		return fd;
	r = let_in(l, fd, &peer);
	if (r < 0)
		(void)close(fd);
	return r;
}

int enter_one(struct door *d, int listener)
{
	struct lane *l = container_of(d, struct lane, door);
	int r = take(l, listener);

	if (r < 0 && r != -EAGAIN)
		enter_say(l, LIMITS_SCARCE);
	return r;
}
