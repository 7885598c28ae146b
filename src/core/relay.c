/* SPDX-License-Identifier: MIT */
/*
 * The relay: two transfers back to back, and what one says to the other.
 *
 *      RUNNING ──both ended──────────────────────────► OVER: 0
 *         │ └────a bound is passed───────────────────► OVER: -ETIMEDOUT
 *         └─ one failed ─► RESETTING ─ queue empty ──► OVER: -errno
 *
 * A source that failed is gone, so the other direction ends with it. Where a
 * destination failed, what its side had sent before is still delivered.
 */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "core/account.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

enum phase { RUNNING = 1, RESETTING, OVER };

enum { RESET_MS = 5000, RESET_LOOK_MS = 10 };

static bool has_ended(const struct pour *p)
{
	return p->account.ended != POUR_ENDED_NOT;
}

static bool ended_well(const struct pour *p)
{
	return p->account.ended == POUR_ENDED_SOURCE ||
	       p->account.ended == POUR_ENDED_LIMIT;
}

static int64_t acked_by(const struct pour_end *e)
{
	return e->kind == POUR_SOCKET ? pour_sys_acked(e->fd) : 0;
}

/* What the peers of both have acknowledged. */
static int64_t acked(const struct pour_relay *r)
{
	return acked_by(&r->flow[0].dst) + acked_by(&r->flow[1].dst);
}

static int begin_flow(struct pour_relay *r, unsigned i,
		      const struct pour_duplex side[2])
{
	struct pour_opts opts = { .flags = 0 };

	if (r->opts.flow[i] != NULL)
		opts = *r->opts.flow[i];
	/* What is for pour_run() has no say here, but that the ends must not
	 * block has. */
	opts.flags |= POUR_CANCELLABLE;
	opts.deadline_ns = opts.min_rate = 0;
	opts.idle_ms = 0;
	return pour_begin(&r->flow[i], side[!i].out, side[i].in, POUR_ALL,
			  &opts);
}

int pour_relay_begin(struct pour_relay *r, const struct pour_duplex side[2],
		     const struct pour_relay_opts *opts)
{
	int e = 0;

	memset(r, 0, sizeof(*r));
	if (opts != NULL)
		r->opts = *opts;
	for (unsigned i = 0; i < 2 && e == 0; i++)
		e = begin_flow(r, i, side);
	r->phase = e == 0 ? RUNNING : OVER;
	r->error = e;
	if (e == 0 && (r->opts.half_ms > 0 || r->opts.idle_ms > 0)) {
		r->quiet_ns = pour_sys_now();
		r->acked = acked(r);
	}
	return e;
}

/* ── The end of one direction ── */

/* True: done, or not to be done. */
static bool pass_on(struct pour_relay *r, unsigned i)
{
	const struct pour_end *out = &r->flow[i].dst;
	short events = POLLOUT;

	if (out->kind == POUR_SOCKET)
		(void)pour_sys_shutdown_write(out->fd);
	if (out->kind == POUR_CALL &&
	    out->writer(out->context, NULL, 0, &events) == -EAGAIN) {
		r->flow[i].dst_events = events;
		r->want[i] = POUR_WANT_DST;
		return false;
	}
	return true;
}

static void end_well(struct pour_relay *r, unsigned i)
{
	r->want[i] = 0;
	if (!(r->passed & 1 << i) && pass_on(r, i))
		r->passed = (uint8_t)(r->passed | 1 << i);
}

static void stop(struct pour *p, enum pour_ended ended)
{
	if (!has_ended(p))
		(void)pour_note_stopped(p, ended);
}

/* Somebody is gone: whoever is left on the other side is to be told. */
static void end_badly(struct pour_relay *r, unsigned i, int error)
{
	bool at_source = r->flow[i].account.side != POUR_SIDE_DST;

	r->want[i] = 0;
	if (r->error != 0)
		return;
	r->error = error;
	r->victim = (uint8_t)(at_source ? !i : i);
	if (at_source)
		stop(&r->flow[!i], POUR_ENDED_CANCELLED);
}

static void run_flow(struct pour_relay *r, unsigned i)
{
	struct pour *p = &r->flow[i];
	int e;

	if (has_ended(p) && !ended_well(p))
		return;
	e = pour_step(p);
	if (e > 0)
		r->want[i] = e;
	else if (e == 0)
		end_well(r, i);
	else
		end_badly(r, i, e);
}

/* ── Bounds ── */

static uint64_t moved(const struct pour_relay *r)
{
	return r->flow[0].account.delivered + r->flow[1].account.delivered;
}

/* The bound that holds now, in ns; 0: none. */
static uint64_t bound(const struct pour_relay *r)
{
	bool half = has_ended(&r->flow[0]) || has_ended(&r->flow[1]);
	uint64_t idle = r->opts.idle_ms * MS, lonely = r->opts.half_ms * MS;

	if (!half || lonely == 0)
		return idle;
	return idle > 0 ? MIN(idle, lonely) : lonely;
}

/* A slow reader with a large buffer before it is not silent. */
static bool is_quiet(struct pour_relay *r)
{
	uint64_t now = pour_sys_now();
	int64_t a;

	if (moved(r) != r->moved) {
		r->moved = moved(r);
		r->quiet_ns = now;
	}
	if (bound(r) == 0 || now - r->quiet_ns < bound(r))
		return false;
	a = acked(r);
	if (a == r->acked)
		return true;
	r->acked = a;
	r->quiet_ns = now;
	return false;
}

static int give_up(struct pour_relay *r)
{
	stop(&r->flow[0], POUR_ENDED_TIMEOUT);
	stop(&r->flow[1], POUR_ENDED_TIMEOUT);
	r->want[0] = r->want[1] = 0;
	r->phase = OVER;
	r->error = -ETIMEDOUT;
	return r->error;
}

/* ── Resets ── */

/* Linger 0 destroys what is queued, so it waits until nothing is. */
static int pass_reset(struct pour_relay *r)
{
	const struct pour_end *e = &r->flow[!r->victim].dst;
	bool is_tcp = e->kind == POUR_SOCKET && pour_sys_acked(e->fd) >= 0;

	if (is_tcp && pour_sys_unsent(e->fd) > 0 &&
	    pour_sys_now() < r->reset_ns)
		return POUR_WANT_TIME;
	if (is_tcp)
		(void)pour_sys_linger_none(e->fd);
	r->phase = OVER;
	return r->error;
}

static int begin_reset(struct pour_relay *r)
{
	uint32_t ms = r->opts.reset_ms > 0 ? r->opts.reset_ms : RESET_MS;

	r->phase = RESETTING;
	r->reset_ns = pour_sys_now() + ms * MS;
	return pass_reset(r);
}

/* ── The step ── */

static int running(struct pour_relay *r)
{
	run_flow(r, 0);
	run_flow(r, 1);
	if (r->error != 0 && has_ended(&r->flow[0]) && has_ended(&r->flow[1]))
		return begin_reset(r);
	if (r->passed == 3) {
		r->phase = OVER;
		return 0;
	}
	if (r->quiet_ns > 0 && is_quiet(r))
		return give_up(r);
	return r->want[0] | r->want[1];
}

int pour_relay_step(struct pour_relay *r)
{
	switch ((enum phase)r->phase) {
	case RUNNING:
		return running(r);
	case RESETTING:
		return pass_reset(r);
	case OVER:
		break;
	}
	return r->error;
}

uint64_t pour_relay_wait_ns(const struct pour_relay *r)
{
	uint64_t ns = UINT64_MAX, now;

	if (r->phase == RESETTING)
		return RESET_LOOK_MS * MS;
	for (unsigned i = 0; i < 2; i++)
		if (r->want[i] & POUR_WANT_TIME)
			ns = MIN(ns, pour_wait_ns(&r->flow[i]));
	if (r->quiet_ns == 0 || bound(r) == 0 || r->phase == OVER)
		return ns;
	now = pour_sys_now();
	return now < r->quiet_ns + bound(r)
		       ? MIN(ns, r->quiet_ns + bound(r) - now)
		       : 0;
}

void pour_relay_finish(struct pour_relay *r)
{
	if (r == NULL)
		return;
	pour_finish(&r->flow[0]);
	pour_finish(&r->flow[1]);
	if (r->phase != OVER && r->phase != 0)
		r->error = -ECANCELED;
	r->phase = r->phase != 0 ? OVER : 0;
}

const struct pour_account *pour_relay_account(const struct pour_relay *r,
					      unsigned side)
{
	return pour_account(&r->flow[side & 1]);
}
