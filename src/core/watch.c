/* SPDX-License-Identifier: MIT */
/* Deadline, idle time, minimum rate and cancelling: see watch.h. */
#include "core/watch.h"

#include <limits.h>

#include "base/base.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

enum { RATE_WINDOW_MS = 10000 };

static uint64_t window_of(const struct pour *p)
{
	uint32_t ms = p->opts.min_rate_ms;

	return (ms > 0 ? ms : (uint64_t)RATE_WINDOW_MS) * MS;
}

static bool needs_clock(const struct pour *p)
{
	return p->opts.deadline_ns > 0 || p->opts.idle_ms > 0 ||
	       p->opts.min_rate > 0;
}

static uint64_t moved(const struct pour *p)
{
	return p->account.delivered + p->account.head + p->account.tail;
}

/* With a large send buffer a slow reader is busy while nothing is sent. */
static int64_t acked(const struct pour *p, uint64_t *ret_ago_ns)
{
	*ret_ago_ns = UINT64_MAX;
	return p->dst.kind == POUR_SOCKET
		       ? pour_sys_acked(p->dst.fd, ret_ago_ns)
		       : 0;
}

void pour_watch_begin(struct watch *w, const struct pour *p)
{
	uint64_t ago;

	*w = (struct watch){ .moved = moved(p), .window_moved = moved(p) };
	if (!needs_clock(p))
		return;
	w->quiet_ns = w->window_ns = pour_sys_now();
	if (p->opts.idle_ms > 0)
		w->acked = acked(p, &ago);
}

static bool is_quiet(struct watch *w, const struct pour *p, uint64_t now)
{
	uint64_t bound = p->opts.idle_ms * MS, ago;
	int64_t a;

	if (moved(p) != w->moved) {
		w->moved = moved(p);
		w->quiet_ns = now;
		return false;
	}
	if (now - w->quiet_ns < bound)
		return false;
	a = acked(p, &ago);
	if (a == w->acked)
		return true;
	/* It came, but perhaps long ago. */
	w->acked = a;
	w->quiet_ns = now - MIN(ago, now - w->quiet_ns);
	return now - w->quiet_ns >= bound;
}

static bool is_slow(struct watch *w, const struct pour *p, uint64_t now)
{
	uint64_t passed = now - w->window_ns, due;

	if (passed < window_of(p))
		return false;
	if (__builtin_mul_overflow(p->opts.min_rate, passed / MS, &due))
		due = UINT64_MAX;
	if (moved(p) - w->window_moved < due / 1000)
		return true;
	w->window_ns = now;
	w->window_moved = moved(p);
	return false;
}

static bool is_cancelled(const struct pour *p)
{
	struct pollfd fd = { .fd = p->opts.cancel_fd, .events = POLLIN };

	return p->opts.flags & POUR_CANCELLABLE && pour_sys_poll(&fd, 1, 0) > 0;
}

enum pour_ended pour_watch_look(struct watch *w, const struct pour *p)
{
	uint64_t now;

	if (is_cancelled(p))
		return POUR_ENDED_CANCELLED;
	if (!needs_clock(p))
		return POUR_ENDED_NOT;
	now = pour_sys_now();
	if (p->opts.deadline_ns > 0 && now >= p->opts.deadline_ns)
		return POUR_ENDED_TIMEOUT;
	if (p->opts.idle_ms > 0 && is_quiet(w, p, now))
		return POUR_ENDED_TIMEOUT;
	if (p->opts.min_rate > 0 && is_slow(w, p, now))
		return POUR_ENDED_TIMEOUT;
	return POUR_ENDED_NOT;
}

static uint64_t until(uint64_t moment, uint64_t now)
{
	return moment > now ? moment - now : 0;
}

int pour_watch_ms(const struct watch *w, const struct pour *p, int want)
{
	uint64_t now = needs_clock(p) ? pour_sys_now() : 0, ns = UINT64_MAX;

	if (want & POUR_WANT_CPU)
		return 0;
	if (want & POUR_WANT_TIME)
		ns = pour_wait_ns(p);
	if (p->opts.deadline_ns > 0)
		ns = MIN(ns, until(p->opts.deadline_ns, now));
	if (p->opts.idle_ms > 0)
		ns = MIN(ns, until(w->quiet_ns + p->opts.idle_ms * MS, now));
	if (p->opts.min_rate > 0)
		ns = MIN(ns, until(w->window_ns + window_of(p), now));
	if (ns == UINT64_MAX)
		return -1;
	return (int)MIN(ns / MS + 1, (uint64_t)INT_MAX);
}
