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
 * relay_end.c is about ends, relay_watch.c about silence, relay_lost.c about who
 * is gone unheard, relay_run.c about descriptors.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

enum phase { RUNNING = 1, RESETTING, OVER };

enum { RESET_LOOK_MS = 10 };

/* Which flows a step is for, 1 << i; and that there is more to be had than a
 * short read gives; and whose end has come behind it, 1 << i too. */
enum { BOTH = 3, MORE = 4, END = 8 };

static const struct pour_relay_opts no_opts;

static struct pour_pool *pool_of(const struct pour_relay *r)
{
	return r->own != NULL ? r->own : r->opts->pool;
}

static int begin_flows(struct pour_relay *r, const struct pour_duplex side[2])
{
	int e = 0;

	if (r->opts->pool == NULL)
		e = pour_pool_new(&r->own, 2, 0);
	for (unsigned i = 0; i < 2 && e == 0; i++)
		e = pour_flow_begin(&r->flow[i], pool_of(r), &side[i],
				    &side[!i], r->opts->flow[i]);
	return e;
}

int pour_relay_begin(struct pour_relay *r, const struct pour_duplex side[2],
		     const struct pour_relay_opts *opts)
{
	int e;

	memset(r, 0, sizeof(*r));
	r->opts = opts != NULL ? opts : &no_opts;
	r->phase = RUNNING;
	e = begin_flows(r, side);
	if (e < 0) {
		pour_relay_finish(r);
		r->error = e;
	}
	return e;
}

/* ── The end of one direction ── */

static void end_well(struct pour_relay *r, unsigned i)
{
	struct pour_flow *f = &r->flow[i];
	bool is_last = r->passed != 0;

	if (r->passed & 1 << i)
		return;
	if (!pour_relay_pass_on(f, is_last && r->opts->flags & POUR_CLOSES)) {
		f->want = POUR_WANT_DST;
		return;
	}
	f->want = 0;
	r->passed = (uint8_t)(r->passed | 1 << i);
	/* Nobody reads from there any more; a reset is to be heard still. */
	if (!is_last && f->src_kind == POUR_SOCKET)
		r->lonely = (uint8_t)(r->lonely | 1 << i);
}

/* Somebody is gone: whoever is left on the other side is to be told. */
static void end_badly(struct pour_relay *r, unsigned i)
{
	const struct pour_flow *f = &r->flow[i];
	bool at_source = f->side != POUR_SIDE_DST;

	if (r->error != 0)
		return;
	r->error = -f->error;
	r->victim = (uint8_t)(at_source ? !i : i);
	if (at_source)
		pour_flow_stop(&r->flow[!i], POUR_ENDED_CANCELLED);
	else
		pour_relay_lose(r, !i);
}

static enum pour_flow_news news_of(unsigned flows, unsigned i)
{
	if (flows & (unsigned)END << i)
		return POUR_NEWS_END;
	return flows & MORE ? POUR_NEWS_MORE : POUR_NEWS_NONE;
}

/* True: something moved, or ended. */
static bool run_flow(struct pour_relay *r, unsigned i, enum pour_flow_news news)
{
	struct pour_flow *f = &r->flow[i];
	bool had_ended = pour_flow_ended(f);
	bool moved = false;

	if (!had_ended)
		moved = pour_flow_step(f, pool_of(r), r->opts->flow[i], news);
	if (pour_flow_ended_well(f))
		end_well(r, i);
	else if (pour_flow_ended(f))
		end_badly(r, i);
	return moved || pour_flow_ended(f) != had_ended;
}

/* ── A lonely half ── */

/*
 * One side has said all that it had to say, and waits for the other's answer.
 * If it was reset meanwhile, no read and no write tells. A unix socket reports
 * a hang-up that is none, for ever; which it is is asked when one is reported.
 */
static void look_for_reset(struct pour_relay *r)
{
	struct pollfd p = { .fd = pour_relay_lonely_fd(r) };
	int error;

	if (p.fd < 0 || pour_sys_poll(&p, 1, 0) <= 0)
		return;
	if (!pour_relay_is_tcp(POUR_SOCKET, p.fd)) {
		r->lonely = 0;
		return;
	}
	error = pour_sys_sockopt(p.fd, SO_ERROR);
	for (unsigned i = 0; i < 2; i++) {
		if (pour_flow_ended(&r->flow[i]))
			continue;
		pour_flow_fail(&r->flow[i], POUR_SIDE_DST,
			       error > 0 ? -error : -EPIPE);
		end_badly(r, i);
	}
}

/* ── Bounds ── */

static int give_up(struct pour_relay *r, enum pour_ended ended, int error)
{
	pour_flow_stop(&r->flow[0], ended);
	pour_flow_stop(&r->flow[1], ended);
	r->phase = OVER;
	r->error = error;
	return error;
}

/* ── Resets ── */

/* Linger 0 destroys what is queued, so it waits until nothing is. */
static int pass_reset(struct pour_relay *r)
{
	struct pour_end e = pour_flow_dst(&r->flow[!r->victim]);
	bool may_reset = pour_relay_is_tcp(e.kind, e.fd);

	if (may_reset && pour_sys_unsent(e.fd) > 0 &&
	    pour_sys_now() < r->since_ns && !pour_relay_is_gone(e.fd))
		return POUR_WANT_TIME;
	if (may_reset)
		(void)pour_sys_linger_none(e.fd);
	r->phase = OVER;
	return r->error;
}

static int begin_reset(struct pour_relay *r)
{
	r->flow[0].want = r->flow[1].want = 0;
	r->phase = RESETTING;
	r->since_ns = r->lost_ns > 0 ? r->lost_ns : pour_relay_reset_ns(r);
	return pass_reset(r);
}

/* What came from the side that is gone had its time. */
static void give_up_lost(struct pour_relay *r)
{
	unsigned side = !r->victim;

	if (pour_flow_ended(&r->flow[side]) || !pour_relay_is_lost(r))
		return;
	pour_flow_fail(&r->flow[side], POUR_SIDE_SRC, -ECONNRESET);
	end_badly(r, side);
}

/* ── The step ── */

static int running(struct pour_relay *r, unsigned flows)
{
	bool moved = false;

	for (unsigned i = 0; i < 2; i++)
		if (flows & 1U << i)
			moved |= run_flow(r, i, news_of(flows, i));
	if ((flows & BOTH) == BOTH || !moved)
		look_for_reset(r);
	pour_relay_look_for_loss(r, moved);
	give_up_lost(r);
	if (r->error != 0 && pour_flow_ended(&r->flow[0]) &&
	    pour_flow_ended(&r->flow[1]))
		return begin_reset(r);
	if (r->passed == BOTH) {
		r->phase = OVER;
		return 0;
	}
	if (pour_relay_is_quiet(r, moved))
		return give_up(r, POUR_ENDED_TIMEOUT, -ETIMEDOUT);
	return r->flow[0].want | r->flow[1].want;
}

static int step(struct pour_relay *r, unsigned flows)
{
	switch ((enum phase)r->phase) {
	case RUNNING:
		return running(r, flows);
	case RESETTING:
		return pass_reset(r);
	case OVER:
		break;
	}
	return r->error;
}

int pour_relay_step(struct pour_relay *r)
{
	return step(r, BOTH);
}

/* Whether these events of fd are what it waits for, or it waits for no fd. */
static bool is_for(const struct pour_flow *f, int fd, short events)
{
	struct pollfd fds[2];
	int n = pour_flow_pollfds(f, fds);

	for (int i = 0; i < n; i++)
		if (fds[i].fd == fd &&
		    events & (fds[i].events | ~(POLLIN | POLLOUT)))
			return true;
	return f->want & ~(POUR_WANT_SRC | POUR_WANT_DST);
}

/* With an error besides, the end may never be read. */
static bool tells_of_end(short events)
{
	return (events & (POLLRDHUP | POLLERR)) == POLLRDHUP;
}

int pour_relay_step_for(struct pour_relay *r, int fd, short events)
{
	unsigned flows = events & ~(POLLIN | POLLOUT) ? MORE : 0;

	for (unsigned i = 0; i < 2; i++) {
		if (is_for(&r->flow[i], fd, events))
			flows |= 1U << i;
		if (r->flow[i].src == fd && tells_of_end(events))
			flows |= (unsigned)END << i;
	}
	return step(r, flows);
}

uint64_t pour_relay_wait_ns(const struct pour_relay *r)
{
	uint64_t ns = UINT64_MAX;

	if (r->phase == RESETTING)
		return RESET_LOOK_MS * MS;
	if (r->phase == OVER)
		return ns;
	for (unsigned i = 0; i < 2; i++)
		if (r->flow[i].want & POUR_WANT_TIME)
			ns = MIN(ns, pour_flow_wait_ns(&r->flow[i]));
	ns = MIN(ns, pour_relay_lost_in_ns(r));
	return MIN(ns, pour_relay_bound_ns(r));
}

/* ── Its end ── */

void pour_relay_abort(struct pour_relay *r)
{
	for (unsigned i = 0; i < 2; i++) {
		struct pour_end e = pour_flow_dst(&r->flow[i]);

		if (e.kind == POUR_SOCKET)
			(void)pour_sys_linger_none(e.fd);
	}
	if (r->phase != OVER)
		(void)give_up(r, POUR_ENDED_CANCELLED, -ECANCELED);
}

void pour_relay_finish(struct pour_relay *r)
{
	if (r == NULL || r->phase == 0)
		return;
	pour_flow_end(&r->flow[0]);
	pour_flow_end(&r->flow[1]);
	r->own = pour_pool_free(r->own);
	if (r->phase != OVER)
		r->error = -ECANCELED;
	r->phase = OVER;
}

/* ── What its owner asks ── */

int pour_relay_wants(const struct pour_relay *r, unsigned side)
{
	return r->flow[side & 1].want;
}

uint64_t pour_relay_allow(struct pour_relay *r, unsigned side, uint64_t bytes)
{
	return pour_flow_allow(&r->flow[side & 1], bytes);
}

uint64_t pour_relay_pending(const struct pour_relay *r, unsigned side)
{
	return pour_flow_pending(&r->flow[side & 1]);
}

void pour_relay_account(const struct pour_relay *r, unsigned side,
			struct pour_account *ret)
{
	pour_flow_account(&r->flow[side & 1], ret);
}
