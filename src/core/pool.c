/* SPDX-License-Identifier: MIT */
/*
 * The pool, one a thread and so without locks: what came back last is lent
 * first, because it is warm in the cache.
 */
#include "core/pool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/sys.h"

enum {
	PIPES_DEFAULT = 16,
	PIPE_SIZE_DEFAULT = 256 * 1024,
	PIPE_SIZE_LEAST = 32 * 1024,
};

/* What a file has in memory begins at a page, and a copy between two places that
 * are 16 bytes apart in their pages costs twice as much here. */
enum { PAGE = 4096 };

enum { DEVICES = 4 };

struct idle_pipe {
	int fd[2];
};

/* What its file system was found to be. Another one that comes to have its
 * number is at worst copied from in the second best way. */
struct device {
	uint32_t number;
	bool shares;
};

struct pour_pool {
	struct pour_pool_state state;
	uint32_t pipe_size; /* that is asked for */
	uint32_t max;       /* kept of each for later */
	uint32_t cap;       /* pipes lent at one time; 0: no bound */
	struct device devices[DEVICES];
	unsigned next_device;
	void **buffers;
	struct pour **transfers;
	struct idle_pipe pipes[];
};

int pour_pool_new(struct pour_pool **ret, uint32_t pipes_max,
		  uint32_t pipe_size)
{
	uint32_t max = pipes_max ? pipes_max : PIPES_DEFAULT;
	struct pour_pool *pool;

	pool = calloc(1, sizeof(*pool) + max * sizeof(pool->pipes[0]));
	if (pool == NULL)
		return -ENOMEM;
	pool->buffers = calloc(max, sizeof(*pool->buffers));
	pool->transfers = calloc(max, sizeof(struct pour *));
	if (pool->buffers == NULL || pool->transfers == NULL) {
		(void)pour_pool_free(pool);
		return -ENOMEM;
	}
	pool->max = max;
	pool->pipe_size = pipe_size ? pipe_size : PIPE_SIZE_DEFAULT;
	*ret = pool;
	return 0;
}

static void close_pipe(const int pipe[2])
{
	(void)pour_sys_close(pipe[0]);
	(void)pour_sys_close(pipe[1]);
}

void pour_pool_trim(struct pour_pool *pool)
{
	struct pour_pool_state *s = &pool->state;

	while (s->pipes_idle > 0)
		close_pipe(pool->pipes[--s->pipes_idle].fd);
	while (s->buffers_idle > 0)
		free(pool->buffers[--s->buffers_idle]);
	while (s->transfers_idle > 0)
		free(pool->transfers[--s->transfers_idle]);
}

struct pour_pool *pour_pool_free(struct pour_pool *pool)
{
	if (pool == NULL)
		return NULL;
	/* What is still lent would come back to nowhere. */
	if (pour_pool_lent(pool) != 0)
		abort();
	pour_pool_trim(pool);
	free(pool->transfers);
	free(pool->buffers);
	free(pool);
	return NULL;
}

/*
 * Past pipe-user-pages-soft a user without privilege gets pipes of two pages,
 * which cannot grow; a call would move 8 KiB, and copying is better than that.
 */
static int open_pipe(uint32_t size, int ret[2], uint32_t *ret_size)
{
	int64_t got;
	int r = pour_sys_pipe(ret);

	if (r < 0)
		return r;
	got = pour_sys_pipe_size(ret[1], size);
	*ret_size = got > 0 ? (uint32_t)got : 0;
	if (got >= PIPE_SIZE_LEAST || got >= (int64_t)size)
		return 0;
	close_pipe(ret);
	ret[0] = ret[1] = -1;
	return -ENOBUFS;
}

static bool take_idle(struct pour_pool *pool, int ret[2])
{
	const struct idle_pipe *idle;

	if (pool->state.pipes_idle == 0)
		return false;
	idle = &pool->pipes[--pool->state.pipes_idle];
	ret[0] = idle->fd[0];
	ret[1] = idle->fd[1];
	return true;
}

static int take_new(struct pour_pool *pool, int ret[2])
{
	struct pour_pool_state *s = &pool->state;
	int r = open_pipe(pool->pipe_size, ret, &s->pipe_size);

	if (r == 0)
		s->opened++;
	if ((r == 0 || r == -ENOBUFS) && s->pipe_size < pool->pipe_size)
		s->shrunk++;
	return r;
}

int pour_pool_take_pipe(struct pour_pool *pool, int ret[2])
{
	uint32_t size;
	int r = 0;

	if (pool == NULL)
		return open_pipe(PIPE_SIZE_DEFAULT, ret, &size);
	if (pool->cap > 0 && pool->state.pipes_lent >= pool->cap)
		r = -EMFILE;
	else if (!take_idle(pool, ret))
		r = take_new(pool, ret);
	if (r == 0)
		pool->state.pipes_lent++;
	else
		pool->state.refused++;
	return r;
}

static void give_to_pool(struct pour_pool *pool, const int pipe[2],
			 bool is_clean)
{
	struct pour_pool_state *s = &pool->state;

	s->pipes_lent--;
	if (!is_clean)
		s->dropped++;
	if (is_clean && s->pipes_idle < pool->max) {
		struct idle_pipe *idle = &pool->pipes[s->pipes_idle++];

		idle->fd[0] = pipe[0];
		idle->fd[1] = pipe[1];
	} else {
		close_pipe(pipe);
	}
}

static void give_pipe(struct pour_pool *pool, int pipe[2], bool is_clean)
{
	if (pool != NULL)
		give_to_pool(pool, pipe, is_clean);
	else
		close_pipe(pipe);
	pipe[0] = pipe[1] = -1;
}

void pour_pool_give_pipe(struct pour_pool *pool, int pipe[2], uint64_t in_pipe)
{
	/* The count is ours; the kernel's word is the second lock. */
	give_pipe(pool, pipe, in_pipe == 0 && pour_sys_waiting(pipe[0]) == 0);
}

void pour_pool_give_empty(struct pour_pool *pool, int pipe[2])
{
	give_pipe(pool, pipe, true);
}

uint32_t pour_pool_pipe_size(const struct pour_pool *pool)
{
	return pool != NULL ? pool->state.pipe_size : PIPE_SIZE_DEFAULT;
}

void *pour_pool_take_buffer(struct pour_pool *pool)
{
	void *buffer = pool != NULL && pool->state.buffers_idle > 0
			       ? pool->buffers[--pool->state.buffers_idle]
			       : aligned_alloc(PAGE, POUR_BUFFER_SIZE);

	if (buffer != NULL && pool != NULL)
		pool->state.buffers_lent++;
	return buffer;
}

void pour_pool_give_buffer(struct pour_pool *pool, void *buffer)
{
	if (pool != NULL)
		pool->state.buffers_lent--;
	if (pool != NULL && pool->state.buffers_idle < pool->max)
		pool->buffers[pool->state.buffers_idle++] = buffer;
	else
		free(buffer);
}

struct pour *pour_pool_take_transfer(struct pour_pool *pool)
{
	struct pour_pool_state *s = &pool->state;
	struct pour *p = s->transfers_idle > 0
				 ? pool->transfers[--s->transfers_idle]
				 : malloc(sizeof(*p));

	if (p != NULL)
		s->transfers_lent++;
	return p;
}

void pour_pool_give_transfer(struct pour_pool *pool, struct pour *p)
{
	struct pour_pool_state *s = &pool->state;

	s->transfers_lent--;
	if (s->transfers_idle < pool->max)
		pool->transfers[s->transfers_idle++] = p;
	else
		free(p);
}

void pour_pool_cap(struct pour_pool *pool, uint32_t pipes)
{
	pool->cap = pipes;
}

void pour_pool_lacks(struct pour_pool *pool, enum pour_method method)
{
	pool->state.lacks |= UINT32_C(1) << method;
}

int pour_pool_shares(const struct pour_pool *pool, uint32_t device)
{
	if (pool == NULL || device == 0)
		return -1;
	for (unsigned i = 0; i < DEVICES; i++)
		if (pool->devices[i].number == device)
			return pool->devices[i].shares;
	return -1;
}

void pour_pool_note_shares(struct pour_pool *pool, uint32_t device, bool shares)
{
	if (pool == NULL || device == 0)
		return;
	pool->devices[pool->next_device].number = device;
	pool->devices[pool->next_device].shares = shares;
	pool->next_device = (pool->next_device + 1) % DEVICES;
}

uint32_t pour_pool_lacking(const struct pour_pool *pool)
{
	return pool->state.lacks;
}

void pour_pool_inspect(const struct pour_pool *pool,
		       struct pour_pool_state *ret)
{
	*ret = pool->state;
}

uint32_t pour_pool_lent(const struct pour_pool *pool)
{
	return pool->state.pipes_lent + pool->state.buffers_lent +
	       pool->state.transfers_lent;
}

uint64_t pour_pool_dropped(const struct pour_pool *pool)
{
	return pool->state.dropped;
}
