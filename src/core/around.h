/* SPDX-License-Identifier: MIT */
/*
 * What stands around the body: the head before it, bytes that the caller read
 * already, the tail behind it, each in as few packets as can be.
 *
 *      head │ buffered │ the rest of the source │ tail
 */
#ifndef CORE_AROUND_H
#define CORE_AROUND_H

#include <pour.h>
#include <stdbool.h>

/* The source has so many bytes more, within the limit; POUR_ALL: not known. */
uint64_t pour_body_left(const struct pour *p);
/* Everything was taken that there is, as far as is known. */
bool pour_is_complete(const struct pour *p);

/* Bytes of the head, of the tail, that are neither delivered nor held. */
static inline uint64_t pour_head_left(const struct pour *p)
{
	return p->opts.head_size - p->account.head - p->head_held;
}

static inline uint64_t pour_tail_left(const struct pour *p)
{
	return p->opts.tail_size - p->account.tail - p->tail_held;
}

/* More goes to this destination at once, once the body is given; or now,
 * because the body is complete. */
static inline bool pour_more_follows(const struct pour *p)
{
	return p->opts.flags & POUR_MORE || pour_tail_left(p) > 0;
}

static inline bool pour_more_follows_now(const struct pour *p)
{
	return pour_more_follows(p) && pour_is_complete(p);
}

/* Writes some of the head, of the tail, by itself: how many, or -errno. */
int64_t pour_send_head(struct pour *p);
int64_t pour_send_tail(struct pour *p);
/* Puts at most max buffered bytes on their way; 0: there are none. */
int64_t pour_take_buffered(struct pour *p, uint64_t max);
/*
 * sendfile() cannot say that more follows, splice() can: where more does, the
 * last piece goes through a pipe. Bounds max, and changes the method in use
 * when only the last piece is left.
 */
uint64_t pour_leave_last_piece(struct pour *p, uint64_t max);

#endif
