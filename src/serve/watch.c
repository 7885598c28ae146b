/* SPDX-License-Identifier: MIT */
/* How a peer gives and takes bodies: see watch.h. */
#include "serve/watch.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "net/sock.h"
#include "serve/session.h"
#include "serve/worker.h"

/* Who has taken so much within the first second is not slow. */
enum { FAST_SIZE = 1 << 20, FAST_MS = 1000 };

/* Of this answer; earlier ones may still be on their way. */
static int64_t taken(const struct session *s)
{
	int unsent = 0;

	if (ioctl(s->fd, SIOCOUTQ, &unsent) < 0)
		unsent = 0;
	return (int64_t)send_moved(&s->work->send) - unsent;
}

/*
 * Bytes that lie ready are the kernel's memory, which all connections share:
 * thousands of slow readers must not have megabytes of it each.
 */
void watch_trust(struct session *s)
{
	const struct work *work = s->work;

	if (s->trusted || send_moved(&work->send) < FAST_SIZE ||
	    s->worker->loop.now_ms - work->started_ms > FAST_MS)
		return;
	s->trusted = true;
	sock_ready_bytes(s->fd, 0);
}

static void begin(struct session *s, int64_t bytes)
{
	struct worker *w = s->worker;

	advance_begin(&s->work->advance, bytes);
	timer_start(&w->body_late, &s->timer, w->loop.now_ms);
}

void watch_body(struct session *s)
{
	s->work->body_in = 0;
	begin(s, 0);
}

void watch_answer(struct session *s)
{
	struct work *work = s->work;

	watch_trust(s);
	if (work->watched)
		return;
	work->watched = true;
	begin(s, taken(s));
}

bool watch_look(struct session *s)
{
	struct worker *w = s->worker;
	struct work *work = s->work;
	int64_t bytes = s->state == SESSION_BODY ? (int64_t)work->body_in
						 : taken(s);

	if (!advance_look(&work->advance, bytes, w->least))
		return false;
	timer_start(&w->body_late, &s->timer, w->loop.now_ms);
	return true;
}
