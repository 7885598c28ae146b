/* SPDX-License-Identifier: MIT */
/* A transfer's first and last moments: planned, given back, read back. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/base.h"
#include "core/account.h"
#include "core/end.h"
#include "core/holes.h"
#include "core/method.h"
#include "core/overlap.h"
#include "core/pace.h"
#include "core/plan.h"
#include "core/pool.h"
#include "core/stream.h"
#include "core/sys.h"

static const struct pour_opts no_opts;

static bool is_bad_end(const struct pour_end *e)
{
	return (unsigned)e->kind >= (unsigned)POUR_KINDS || e->reserved != 0;
}

/* The side that lacks what it would need. */
static bool are_bad_ends(const struct pour_end *dst, const struct pour_end *src)
{
	return is_bad_end(dst) || is_bad_end(src) || dst->kind == POUR_MEMORY ||
	       (src->kind == POUR_CALL && src->reader == NULL) ||
	       (dst->kind == POUR_CALL && dst->writer == NULL);
}

static bool is_bad_opts(const struct pour_opts *o)
{
	uint64_t any = 0;

	for (size_t i = 0; i < ARRAY_SIZE(o->reserved); i++)
		any |= o->reserved[i];
	return any != 0 || (o->head == NULL && o->head_size > 0) ||
	       (o->tail == NULL && o->tail_size > 0) ||
	       (o->buffered == NULL && o->buffered_size > 0) ||
	       (unsigned)o->clone > POUR_CLONE_NEVER;
}

/*
 * Who must be left in time cannot wait inside the kernel: neither splice() nor
 * sendfile() has a MSG_DONTWAIT. Who says that no end blocks is believed.
 */
static bool is_in_time(const struct pour_opts *o)
{
	return !(o->flags & POUR_NONBLOCKING) &&
	       (o->deadline_ns > 0 || o->idle_ms > 0 || o->min_rate > 0 ||
		o->flags & POUR_CANCELLABLE);
}

static bool blocks(const struct pour_end *e)
{
	int flags;

	if (e->kind != POUR_SOCKET && e->kind != POUR_PIPE)
		return false;
	flags = pour_sys_flags(e->fd);
	return flags >= 0 && !(flags & O_NONBLOCK);
}

static int refuse(struct pour *p, enum pour_side side, int error)
{
	p->plan[0] = POUR_METHODS;
	p->account.ended = POUR_ENDED_FAILED;
	p->account.error = error;
	p->account.side = side;
	return -error;
}

/* A file's size bounds what sendfile may be asked for. */
static void ask_size(struct pour *p)
{
	if (p->src.kind == POUR_FILE && p->src.size == 0 &&
	    p->src.offset != POUR_HERE && !(p->opts.flags & POUR_EXACT))
		(void)pour_end_ask(&p->src);
}

static bool is_small(const struct pour *p)
{
	uint64_t n = p->src.size > 0 ? MIN(p->limit, p->src.size) : p->limit;
	uint32_t small = pour_small_file(p);

	return n > 0 && n <= small && p->opts.buffered_size == 0 &&
	       small < POUR_BUFFER_SIZE &&
	       p->opts.head_size <= POUR_BUFFER_SIZE - small;
}

static void set_up(struct pour *p)
{
	ask_size(p);
	p->small = is_small(p);
	p->src_events = POLLIN;
	p->dst_events = POLLOUT;
	p->allowed = POUR_ALL;
}

/* All but the ends and the options, which lie together and are written whole. */
static void clear(struct pour *p)
{
	memset(&p->account, 0, sizeof(p->account));
	memset(&p->limit, 0, sizeof(*p) - offsetof(struct pour, limit));
	p->pipe[0] = p->pipe[1] = p->hole_fd = -1;
}

int pour_begin(struct pour *p, struct pour_end dst, struct pour_end src,
	       uint64_t limit, const struct pour_opts *opts)
{
	clear(p);
	p->dst = dst;
	p->src = src;
	p->opts = opts != NULL ? *opts : no_opts;
	p->limit = limit;
	if (are_bad_ends(&dst, &src) || is_bad_opts(&p->opts))
		return refuse(p, POUR_SIDE_NONE, EINVAL);
	if (is_in_time(&p->opts) && blocks(&src))
		return refuse(p, POUR_SIDE_SRC, EDEADLK);
	if (is_in_time(&p->opts) && blocks(&dst))
		return refuse(p, POUR_SIDE_DST, EDEADLK);
	/* What has no two ends that are files has no holes to keep. */
	if (src.kind != POUR_FILE || dst.kind != POUR_FILE)
		p->opts.flags &= ~(uint32_t)POUR_HOLES;
	else if (!(p->opts.flags & POUR_APART) && pour_overlaps(p))
		return refuse(p, POUR_SIDE_DST, ELOOP);
	set_up(p);
	if (pour_plan(p) < 0)
		return refuse(p, POUR_SIDE_NONE, EINVAL);
	pour_stream_begin(p);
	pour_pace_begin(p);
	return 0;
}

void pour_give_back_clean(struct pour *p)
{
	if (p->in_pipe == 0 && p->held_len == 0)
		pour_give_back(p);
}

/* A call that failed may have left in the pipe what nobody counted. */
static bool is_sure(const struct pour *p)
{
	return p->account.error == 0 && p->account.left[POUR_BY_PIPE] == 0;
}

static void give_back_pipe(struct pour *p)
{
	if (p->in_pipe == 0 && is_sure(p))
		pour_pool_give_empty(p->opts.pool, p->pipe);
	else
		pour_pool_give_pipe(p->opts.pool, p->pipe, p->in_pipe);
}

void pour_give_back(struct pour *p)
{
	if (p->map != NULL)
		pour_mmap_end(p);
	if (p->hole_fd >= 0)
		pour_hole_end(p);
	if (p->pipe[0] >= 0)
		give_back_pipe(p);
	if (p->buffer != NULL)
		pour_pool_give_buffer(p->opts.pool, p->buffer);
	p->buffer = NULL;
}

void pour_finish(struct pour *p)
{
	if (p == NULL || p->plan[0] == p->plan[1])
		return; /* all zero: never begun */
	pour_give_back(p);
	p->in_pipe = p->held_len = p->head_held = p->tail_held = 0;
	if (p->account.ended == POUR_ENDED_NOT)
		(void)pour_note_stopped(p, POUR_ENDED_CANCELLED);
}

uint64_t pour_pending(const struct pour *p)
{
	return p->in_pipe + p->held_len - p->head_held - p->tail_held;
}

static int64_t residue_of_memory(struct pour *p, void *buf, uint64_t n)
{
	memcpy(buf, p->held + p->head_held, n);
	p->held += n;
	p->held_len -= n;
	return (int64_t)n;
}

int64_t pour_residue(struct pour *p, void *buf, size_t size)
{
	uint64_t held = p->held_len - p->head_held - p->tail_held;
	int64_t r;

	if (p->account.ended == POUR_ENDED_NOT)
		(void)pour_note_stopped(p, POUR_ENDED_CANCELLED);
	if (held > 0)
		return residue_of_memory(p, buf, MIN(held, (uint64_t)size));
	if (p->in_pipe == 0 || size == 0)
		return 0;
	r = pour_sys_read(p->pipe[0], buf, MIN(p->in_pipe, (uint64_t)size),
			  POUR_HERE);
	if (r > 0)
		p->in_pipe -= (uint64_t)r;
	return r;
}

const struct pour_account *pour_account(const struct pour *p)
{
	return &p->account;
}
