/* SPDX-License-Identifier: MIT */
#ifndef POUR_POOL_H
#define POUR_POOL_H

/*
 * The pool lends pipes and buffers to transfers while they move, and transfers
 * to relays: one a thread, without locks. It also remembers which calls this
 * system does not have. Included by <pour.h>.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct pour_pool;

enum { POUR_BUFFER_SIZE = 256 * 1024 };

/*
 * Lends pipes of pipe_size bytes (0: 256 KiB; the kernel may give less, and
 * what it gave is read back) and buffers of POUR_BUFFER_SIZE bytes, and keeps
 * at most pipes_max (0: 16), and as many buffers and transfers, for later. Opens nothing yet.
 * -ENOMEM.
 */
int pour_pool_new(struct pour_pool **ret, uint32_t pipes_max,
		  uint32_t pipe_size);
/* Returns NULL. Everything that it lent must have come back: else it aborts. */
struct pour_pool *pour_pool_free(struct pour_pool *pool);

/*
 * At most so many pipes are lent at one time (0: no bound): who comes later
 * copies. Each pipe is two descriptors.
 */
void pour_pool_cap(struct pour_pool *pool, uint32_t pipes);
/* Closes and frees what is not lent at the moment. */
void pour_pool_trim(struct pour_pool *pool);

struct pour_pool_state {
	uint32_t pipes_lent, pipes_idle;
	uint32_t buffers_lent, buffers_idle;
	uint32_t pipe_size; /* bytes that the last new pipe really has */
	uint32_t lacks;     /* 1 << enum pour_method: calls that do not exist */
	uint64_t opened;    /* pipes made so far */
	uint64_t dropped; /* pipes that came back with bytes, so were closed */
	uint64_t refused; /* times there was no pipe: EMFILE, ENFILE, cap */
	uint64_t shrunk;  /* pipes that were smaller than asked for */
	uint32_t transfers_lent, transfers_idle; /* struct pour, to relays */
	uint64_t reserved[7];
};

void pour_pool_inspect(const struct pour_pool *pool,
		       struct pour_pool_state *ret);
/* Pipes, buffers and transfers that are lent out at the moment. */
uint32_t pour_pool_lent(const struct pour_pool *pool);
/* Pipes that came back with bytes in them, and so were closed. */
uint64_t pour_pool_dropped(const struct pour_pool *pool);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
