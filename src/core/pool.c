/* SPDX-License-Identifier: MIT */
/*
 * The pool, one a thread and so without locks: what came back last is lent
 * first, because it is warm in the cache.
 */
#include "core/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/sys.h"

enum { PIPES_DEFAULT = 16, PIPE_SIZE_DEFAULT = 256 * 1024 };

struct idle_pipe {
	int fd[2];
};

struct pour_pool {
	uint32_t pipe_size;
	uint32_t max;
	uint32_t lent;
	uint64_t dropped;
	uint32_t n_pipes, n_buffers;
	void **buffers;
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
	if (pool->buffers == NULL) {
		free(pool);
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

struct pour_pool *pour_pool_free(struct pour_pool *pool)
{
	if (pool == NULL)
		return NULL;
	assert(pool->lent == 0);
	for (uint32_t i = 0; i < pool->n_pipes; i++)
		close_pipe(pool->pipes[i].fd);
	for (uint32_t i = 0; i < pool->n_buffers; i++)
		free(pool->buffers[i]);
	free(pool->buffers);
	free(pool);
	return NULL;
}

static int open_pipe(uint32_t size, int ret[2])
{
	int r = pour_sys_pipe(ret);

	if (r < 0)
		return r;
	/* A size that is refused leaves the pipe as it is, which will do. */
	(void)pour_sys_pipe_size(ret[1], size);
	return 0;
}

int pour_pool_take_pipe(struct pour_pool *pool, int ret[2])
{
	int r;

	if (pool != NULL && pool->n_pipes > 0) {
		struct idle_pipe *idle = &pool->pipes[--pool->n_pipes];

		ret[0] = idle->fd[0];
		ret[1] = idle->fd[1];
		pool->lent++;
		return 0;
	}
	r = open_pipe(pool ? pool->pipe_size : PIPE_SIZE_DEFAULT, ret);
	if (r == 0 && pool != NULL)
		pool->lent++;
	return r;
}

void pour_pool_give_pipe(struct pour_pool *pool, int pipe[2], uint64_t in_pipe)
{
	/* The count is ours; the kernel's word is the second lock. */
	int is_clean = in_pipe == 0 && pool != NULL &&
		       pour_sys_waiting(pipe[0]) == 0;

	if (pool != NULL) {
		pool->lent--;
		if (!is_clean)
			pool->dropped++;
	}
	if (is_clean && pool->n_pipes < pool->max) {
		struct idle_pipe *idle = &pool->pipes[pool->n_pipes++];

		idle->fd[0] = pipe[0];
		idle->fd[1] = pipe[1];
	} else {
		close_pipe(pipe);
	}
	pipe[0] = pipe[1] = -1;
}

void *pour_pool_take_buffer(struct pour_pool *pool)
{
	void *buffer = pool != NULL && pool->n_buffers > 0
			       ? pool->buffers[--pool->n_buffers]
			       : malloc(POUR_BUFFER_SIZE);

	if (buffer != NULL && pool != NULL)
		pool->lent++;
	return buffer;
}

void pour_pool_give_buffer(struct pour_pool *pool, void *buffer)
{
	if (pool != NULL)
		pool->lent--;
	if (pool != NULL && pool->n_buffers < pool->max)
		pool->buffers[pool->n_buffers++] = buffer;
	else
		free(buffer);
}

uint32_t pour_pool_lent(const struct pour_pool *pool)
{
	return pool->lent;
}

uint64_t pour_pool_dropped(const struct pour_pool *pool)
{
	return pool->dropped;
}
