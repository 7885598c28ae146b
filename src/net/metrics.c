/* SPDX-License-Identifier: MIT */
/* Accounts to counters, and counters to sums: see metrics.h. */
#include "net/metrics.h"

#include <stdbool.h>
#include <stddef.h>

enum metrics_end metrics_end(const struct pour_account *account)
{
	if (account->ended == POUR_ENDED_SHORT)
		return METRICS_SHORT;
	if (account->ended == POUR_ENDED_SOURCE ||
	    account->ended == POUR_ENDED_LIMIT)
		return METRICS_WHOLE;
	return METRICS_ABORTED;
}

static void note_left(struct metrics *m, const struct pour_account *account)
{
	for (int i = 0; i < (int)POUR_METHODS; i++) {
		int left = account->left[i];

		if (left != 0)
			counter_add(
				&m->left[i][left < METRICS_ERRNOS ? left : 0],
				1);
	}
}

static void note_waits(struct metrics *m, const struct pour_account *account)
{
	for (int i = 0; i < (int)POUR_WANTS; i++)
		counter_add(&m->waits[i], account->waits[i]);
}

/* Most transfers leave nothing and wait for nothing: that is seen at once. */
static bool has_left(const struct pour_account *account)
{
	int32_t any = 0;

	for (int i = 0; i < POUR_METHODS_ROOM; i++)
		any |= account->left[i];
	return any != 0;
}

static bool has_waited(const struct pour_account *account)
{
	uint64_t any = 0;

	for (int i = 0; i < POUR_WANTS_ROOM; i++)
		any |= account->waits[i];
	return any != 0;
}

void metrics_note(struct metrics *m, const struct pour_account *account)
{
	counter_add(&m->ended[metrics_end(account)], 1);
	counter_add(&m->head, account->head);
	for (int i = 0; i < (int)POUR_METHODS; i++)
		if ((account->calls[i] | account->moved[i]) != 0) {
			counter_add(&m->moved[i], account->moved[i]);
			counter_add(&m->calls[i], account->calls[i]);
		}
	if (has_left(account))
		note_left(m, account);
	if (has_waited(account))
		note_waits(m, account);
}

void metrics_note_pool(struct metrics *m, const struct pour_pool *pool)
{
	struct pour_pool_state state;

	pour_pool_inspect(pool, &state);
	counter_set(&m->pipes_lent, state.pipes_lent);
	counter_set(&m->pipes_idle, state.pipes_idle);
	counter_set(&m->buffers_lent, state.buffers_lent);
	counter_set(&m->opened, state.opened);
	counter_set(&m->dropped, state.dropped);
	counter_set(&m->refused, state.refused);
	counter_set(&m->shrunk, state.shrunk);
}

/* Of structures that are made of counters. */
static void add_all(void *sum, const void *m, size_t size)
{
	struct counter *to = sum;
	const struct counter *from = m;

	for (size_t i = 0; i < size / sizeof(*to); i++)
		counter_add(&to[i], counter_get(&from[i]));
}

void metrics_add(struct metrics *sum, const struct metrics *m)
{
	add_all(sum, m, sizeof(*m));
}

/* ── Times ── */

void histogram_note(struct histogram *h, uint64_t ms)
{
	/* The power of two that is not below it. */
	int i = ms <= 1 ? 0 : 64 - __builtin_clzll(ms - 1);

	counter_add(&h->in[i < HISTOGRAM_BUCKETS ? i : HISTOGRAM_BUCKETS], 1);
	counter_add(&h->sum_ms, ms);
}

void histogram_add(struct histogram *sum, const struct histogram *h)
{
	add_all(sum, h, sizeof(*h));
}
