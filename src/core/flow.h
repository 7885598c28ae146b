/* SPDX-License-Identifier: MIT */
/*
 * One direction of a relay. While it waits with nothing on its way, its
 * transfer is with the pool, and what must not be forgotten in a record of a
 * hundred bytes:
 *
 *      record ──lend──► struct pour ──step──► … ──put away──► record
 *
 * A record has room for the two methods of a pair of streams, copying and
 * another; who has a function or a file at an end keeps the transfer.
 */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include <pour.h>
#include <stdbool.h>

/*
 * Plans it; its first bytes are the head that goes to `to`, and what was read
 * from `from`. As pour_begin(), or -ENOMEM.
 */
int pour_flow_begin(struct pour_flow *f, struct pour_pool *pool,
		    const struct pour_duplex *from,
		    const struct pour_duplex *to, const struct pour_opts *opts);
/* What is known of the source before a step. */
enum pour_flow_news {
	POUR_NEWS_NONE,
	POUR_NEWS_MORE, /* than a short read gives, POUR_LEVEL or not */
	POUR_NEWS_END,  /* and nothing after that but its end */
};

/*
 * A step of it: sets f->want, f->ended, f->side, f->error. True: it moved.
 */
bool pour_flow_step(struct pour_flow *f, struct pour_pool *pool,
		    const struct pour_opts *opts, enum pour_flow_news news);
/* Its end now, if it has none yet: POUR_ENDED_TIMEOUT or _CANCELLED. */
void pour_flow_stop(struct pour_flow *f, enum pour_ended ended);
/* It failed outside of a step. */
void pour_flow_fail(struct pour_flow *f, enum pour_side side, int error);
/* Gives back what it holds, come what may. */
void pour_flow_end(struct pour_flow *f);

bool pour_flow_ended(const struct pour_flow *f);
/* The source ended, or the limit was reached. */
bool pour_flow_ended_well(const struct pour_flow *f);
struct pour_end pour_flow_src(const struct pour_flow *f);
struct pour_end pour_flow_dst(const struct pour_flow *f);
/* Whether the destination has anything from it. */
bool pour_flow_delivered(const struct pour_flow *f);
uint64_t pour_flow_pending(const struct pour_flow *f);
/* As pour_allow(), pour_wait_ns(). */
uint64_t pour_flow_allow(struct pour_flow *f, uint64_t bytes);
uint64_t pour_flow_wait_ns(const struct pour_flow *f);
/* As pour_pollfds(). */
int pour_flow_pollfds(const struct pour_flow *f, struct pollfd *fds);
void pour_flow_account(const struct pour_flow *f, struct pour_account *ret);

/* ── flow_record.c ── */

/* From f->p into the record, and from the record into a transfer. */
void pour_flow_fold(struct pour_flow *f);
void pour_flow_unfold(const struct pour_flow *f, struct pour *p);

#endif
