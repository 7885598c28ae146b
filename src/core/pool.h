/* SPDX-License-Identifier: MIT */
/*
 * Pipes, buffers and transfers, lent and given back. Without a pool (NULL) a
 * pipe or buffer is made when it is taken and ended when it is given.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <pour.h>
#include <stdbool.h>

/*
 * An empty pipe, non-blocking. 0, or -EMFILE (also: the cap), -ENFILE, -ENOMEM,
 * or -ENOBUFS: there was only one too small to be worth it.
 */
int pour_pool_take_pipe(struct pour_pool *pool, int ret[2]);
/*
 * Gives it back and sets it to -1. One that holds bytes is closed, never lent
 * again: the next one's bytes would be the last one's.
 */
void pour_pool_give_pipe(struct pour_pool *pool, int pipe[2], uint64_t in_pipe);
/*
 * The same for one that is empty for certain: each byte of it was counted, and
 * no call failed. Spares the question, which would be asked at every message.
 */
void pour_pool_give_empty(struct pour_pool *pool, int pipe[2]);
/* What the pipe that was opened last holds. */
uint32_t pour_pool_pipe_size(const struct pour_pool *pool);
/* POUR_BUFFER_SIZE bytes, or NULL. */
void *pour_pool_take_buffer(struct pour_pool *pool);
void pour_pool_give_buffer(struct pour_pool *pool, void *buffer);

/* A transfer, its bytes as they come, or NULL. The pool is never NULL here. */
struct pour *pour_pool_take_transfer(struct pour_pool *pool);
void pour_pool_give_transfer(struct pour_pool *pool, struct pour *p);

/* That method's call does not exist on this system. */
void pour_pool_lacks(struct pour_pool *pool, enum pour_method method);
/* 1 << method of all those. */
uint32_t pour_pool_lacking(const struct pour_pool *pool);

/* Whether files on that device share extents: 1, 0; -1: nobody has noted it. No
 * pool has noted any, and 0 is no device. */
int pour_pool_shares(const struct pour_pool *pool, uint32_t device);
void pour_pool_note_shares(struct pour_pool *pool, uint32_t device,
			   bool shares);

#endif
