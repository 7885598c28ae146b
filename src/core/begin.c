/* SPDX-License-Identifier: MIT */
/* A transfer's first and last moments: planned, given back, read back. */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/plan.h"
#include "core/pool.h"
#include "core/sys.h"

static bool is_bad_end(const struct pour_end *e)
{
	return (unsigned)e->kind >= (unsigned)POUR_KINDS ||
	       (e->reserved[0] | e->reserved[1] | e->reserved[2] |
		e->reserved[3]);
}

static bool is_bad_opts(const struct pour_opts *o)
{
	uint64_t any = 0;

	for (size_t i = 0; i < ARRAY_SIZE(o->reserved); i++)
		any |= o->reserved[i];
	return any != 0 || (o->head == NULL && o->head_size > 0);
}

/* A file's size bounds what sendfile may be asked for. */
static void ask_size(struct pour *p)
{
	struct stat st;

	if (p->src.kind != POUR_FILE || p->src.size > 0 ||
	    p->src.offset == POUR_HERE || p->opts.flags & POUR_EXACT)
		return;
	if (pour_sys_stat(p->src.fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	if ((uint64_t)st.st_size > p->src.offset)
		p->src.size = (uint64_t)st.st_size - p->src.offset;
}

static bool is_small(const struct pour *p)
{
	uint64_t n = p->src.size > 0 ? MIN(p->limit, p->src.size) : p->limit;

	return n > 0 && n <= POUR_SMALL &&
	       p->opts.head_size <= POUR_BUFFER_SIZE - POUR_SMALL;
}

int pour_begin(struct pour *p, struct pour_end dst, struct pour_end src,
	       uint64_t limit, const struct pour_opts *opts)
{
	memset(p, 0, sizeof(*p));
	p->pipe[0] = p->pipe[1] = -1;
	p->plan[0] = POUR_METHODS;
	p->account.ended = POUR_ENDED_FAILED;
	p->account.error = EINVAL;
	if (is_bad_end(&dst) || is_bad_end(&src) || dst.kind == POUR_MEMORY ||
	    (opts != NULL && is_bad_opts(opts)))
		return -EINVAL;
	p->dst = dst;
	p->src = src;
	p->limit = limit;
	if (opts != NULL)
		p->opts = *opts;
	ask_size(p);
	p->small = is_small(p);
	if (pour_plan(p) < 0)
		return -EINVAL;
	p->account.ended = POUR_ENDED_NOT;
	p->account.error = 0;
	return 0;
}

void pour_give_back_clean(struct pour *p)
{
	if (p->in_pipe == 0 && p->held_len == 0)
		pour_give_back(p);
}

void pour_give_back(struct pour *p)
{
	if (p->pipe[0] >= 0)
		pour_pool_give_pipe(p->opts.pool, p->pipe, p->in_pipe);
	if (p->buffer != NULL)
		pour_pool_give_buffer(p->opts.pool, p->buffer);
	p->buffer = NULL;
}

void pour_finish(struct pour *p)
{
	if (p == NULL || p->plan[0] == p->plan[1])
		return; /* all zero: never begun */
	pour_give_back(p);
	p->in_pipe = p->held_len = p->head_held = 0;
	if (p->account.ended == POUR_ENDED_NOT)
		(void)pour_note_failed(p, POUR_SIDE_NONE, -ECANCELED);
}

uint64_t pour_pending(const struct pour *p)
{
	return p->in_pipe + p->held_len - p->head_held;
}

int64_t pour_residue(struct pour *p, void *buf, size_t size)
{
	uint64_t n = MIN(p->held_len - p->head_held, (uint64_t)size);
	int64_t r;

	if (p->account.ended == POUR_ENDED_NOT)
		(void)pour_note_failed(p, POUR_SIDE_NONE, -ECANCELED);
	if (n > 0) {
		memcpy(buf, p->held + p->head_held, n);
		p->held += n;
		p->held_len -= n;
		return (int64_t)n;
	}
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
