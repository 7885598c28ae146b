/* SPDX-License-Identifier: MIT */
/* One direction of a relay, lent its transfer while it moves: see flow.h. */
#include "core/flow.h"

#include <errno.h>
#include <poll.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/pool.h"

/* ── What does not belong to the direction but to its owner ── */

static bool is_bad(const struct pour_opts *o)
{
	return o != NULL &&
	       (o->pool != NULL || o->head_size > 0 || o->tail_size > 0 ||
		o->buffered_size > 0 || o->acks != NULL);
}

/*
 * What is for pour_run() has no say here, but for one thing: the ends must not
 * block.
 */
static struct pour_opts options(const struct pour_opts *opts,
				struct pour_pool *pool)
{
	struct pour_opts o = { .pool = NULL };

	if (opts != NULL)
		o = *opts;
	o.pool = pool;
	o.flags |= POUR_CANCELLABLE;
	o.deadline_ns = o.min_rate = 0;
	o.idle_ms = 0;
	return o;
}

/* ── Lent and put away ── */

static bool is_stream(const struct pour_end *e)
{
	return e->kind == POUR_SOCKET || e->kind == POUR_PIPE ||
	       e->kind == POUR_DEVICE;
}

/* Whether the record has room for it; who has more keeps its transfer. */
static bool fits(const struct pour *p)
{
	const struct pour_account *a = &p->account;
	uint64_t most = a->head;

	for (size_t i = 0; i < ARRAY_SIZE(a->calls); i++)
		most = MAX(most, a->calls[i]);
	for (size_t i = 0; i < ARRAY_SIZE(a->waits); i++)
		most = MAX(most, a->waits[i]);
	return most <= UINT32_MAX && is_stream(&p->src) && is_stream(&p->dst);
}

static void mirror(struct pour_flow *f)
{
	f->ended = (uint8_t)f->p->account.ended;
	f->side = (uint8_t)f->p->account.side;
	f->error = (int16_t)f->p->account.error;
}

static void put_away(struct pour_flow *f)
{
	struct pour_pool *pool = f->p->opts.pool;

	if (f->want == POUR_WANT_CPU || pour_flow_pending(f) > 0 || !fits(f->p))
		return;
	pour_flow_fold(f);
	pour_give_back(f->p);
	pour_pool_give_transfer(pool, f->p);
	f->p = NULL;
}

/* What the owner may change at any time. */
static void refresh(struct pour *p, const struct pour_opts *opts)
{
	if (opts == NULL)
		return;
	p->opts.budget = opts->budget;
	p->opts.rate = opts->rate;
	p->opts.burst = opts->burst;
}

static bool lend(struct pour_flow *f, struct pour_pool *pool,
		 const struct pour_opts *opts)
{
	struct pour *p;

	if (f->p != NULL) {
		refresh(f->p, opts);
		return true;
	}
	p = pour_pool_take_transfer(pool);
	if (p == NULL)
		return false;
	pour_flow_unfold(f, p);
	p->opts = options(opts, pool);
	/* All of it is delivered: what it was is of no interest. */
	p->opts.head_size = f->head;
	f->p = p;
	return true;
}

int pour_flow_begin(struct pour_flow *f, struct pour_pool *pool,
		    const struct pour_duplex *from,
		    const struct pour_duplex *to, const struct pour_opts *opts)
{
	struct pour_opts o = options(opts, pool);
	int r;

	if (is_bad(opts) || from->reserved[0] | from->reserved[1])
		return -EINVAL;
	f->p = pour_pool_take_transfer(pool);
	if (f->p == NULL)
		return -ENOMEM;
	o.head = to->head;
	o.head_size = to->head_size;
	o.buffered = from->buffered;
	o.buffered_size = from->buffered_size;
	r = pour_begin(f->p, to->out, from->in, POUR_ALL, &o);
	f->src = from->in.fd;
	f->dst = to->out.fd;
	f->src_kind = (uint8_t)from->in.kind;
	f->dst_kind = (uint8_t)to->out.kind;
	mirror(f);
	if (r < 0)
		return r;
	put_away(f);
	/* What is there already the level will tell. */
	f->want = f->p == NULL && o.flags & POUR_LEVEL ? POUR_WANT_SRC
						       : POUR_WANT_CPU;
	return 0;
}

/* One of the owner's flags, where it is to hold in this step. */
static void set_flag(struct pour *p, const struct pour_opts *opts,
		     uint32_t flag, bool holds)
{
	p->opts.flags &= ~flag;
	if (holds && opts != NULL)
		p->opts.flags |= opts->flags & flag;
}

static uint64_t progress(const struct pour *p)
{
	return p->account.delivered + p->account.head;
}

static bool fail_for_memory(struct pour_flow *f)
{
	f->want = 0;
	f->ended = POUR_ENDED_FAILED;
	f->error = ENOMEM;
	return false;
}

/* The last bytes wait for the end, which goes in the same segment; unless they
 * may be held back before it. */
static bool goes_with_its_end(const struct pour *p, enum pour_flow_news news)
{
	return news == POUR_NEWS_END && p->opts.rate == 0 &&
	       p->allowed == POUR_ALL;
}

bool pour_flow_step(struct pour_flow *f, struct pour_pool *pool,
		    const struct pour_opts *opts, enum pour_flow_news news)
{
	uint64_t before;
	bool moved;
	int want;

	if (!lend(f, pool, opts))
		return fail_for_memory(f);
	set_flag(f->p, opts, POUR_LEVEL, news == POUR_NEWS_NONE);
	f->p->ending = goes_with_its_end(f->p, news);
	before = progress(f->p);
	want = pour_step(f->p);
	moved = progress(f->p) > before;
	f->want = want > 0 ? (uint8_t)want : 0;
	mirror(f);
	put_away(f);
	return moved;
}

/* ── Its end ── */

void pour_flow_stop(struct pour_flow *f, enum pour_ended ended)
{
	f->want = 0;
	if (pour_flow_ended(f))
		return;
	f->ended = (uint8_t)ended;
	f->error = ended == POUR_ENDED_TIMEOUT ? ETIMEDOUT : ECANCELED;
	if (f->p != NULL)
		(void)pour_note_stopped(f->p, ended);
}

void pour_flow_fail(struct pour_flow *f, enum pour_side side, int error)
{
	f->want = 0;
	f->ended = POUR_ENDED_FAILED;
	f->side = (uint8_t)side;
	f->error = (int16_t)-error;
	if (f->p != NULL)
		(void)pour_note_failed(f->p, side, error);
}

void pour_flow_end(struct pour_flow *f)
{
	struct pour_pool *pool;

	pour_flow_stop(f, POUR_ENDED_CANCELLED);
	if (f->p == NULL)
		return;
	pool = f->p->opts.pool;
	pour_finish(f->p);
	pour_flow_fold(f);
	pour_pool_give_transfer(pool, f->p);
	f->p = NULL;
}

/* ── Questions ── */

bool pour_flow_ended(const struct pour_flow *f)
{
	return f->ended != POUR_ENDED_NOT;
}

bool pour_flow_ended_well(const struct pour_flow *f)
{
	return f->ended == POUR_ENDED_SOURCE || f->ended == POUR_ENDED_LIMIT;
}

static struct pour_end end_of(uint8_t kind, int fd)
{
	return (struct pour_end){ .kind = (enum pour_kind)kind, .fd = fd };
}

struct pour_end pour_flow_src(const struct pour_flow *f)
{
	return f->p != NULL ? f->p->src : end_of(f->src_kind, f->src);
}

struct pour_end pour_flow_dst(const struct pour_flow *f)
{
	return f->p != NULL ? f->p->dst : end_of(f->dst_kind, f->dst);
}

bool pour_flow_delivered(const struct pour_flow *f)
{
	return f->p != NULL ? progress(f->p) > 0
			    : f->moved[0] + f->moved[1] + f->head > 0;
}

uint64_t pour_flow_pending(const struct pour_flow *f)
{
	const struct pour *p = f->p;

	if (p == NULL)
		return 0;
	return p->opts.head_size - p->account.head + p->opts.buffered_size -
	       p->buffered + pour_pending(p);
}

uint64_t pour_flow_allow(struct pour_flow *f, uint64_t bytes)
{
	uint64_t left = f->allowed;

	if (f->p != NULL)
		return pour_allow(f->p, bytes);
	f->allowed = bytes;
	return left;
}

uint64_t pour_flow_wait_ns(const struct pour_flow *f)
{
	if (f->p != NULL)
		return pour_wait_ns(f->p);
	return f->wait_us < UINT32_MAX ? f->wait_us * UINT64_C(1000)
				       : UINT64_MAX;
}

int pour_flow_pollfds(const struct pour_flow *f, struct pollfd *fds)
{
	int n = 0;

	if (f->p != NULL)
		return pour_pollfds(f->p, f->want, fds);
	if (f->want & POUR_WANT_SRC)
		fds[n++] = (struct pollfd){ .fd = f->src, .events = POLLIN };
	if (f->want & POUR_WANT_DST)
		fds[n++] = (struct pollfd){ .fd = f->dst, .events = POLLOUT };
	return n;
}
