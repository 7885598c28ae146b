/* SPDX-License-Identifier: MIT */
/*
 * read() and write() through a buffer: the baseline, and what always suits.
 *
 *      source ──read──► buffer ──write──► destination
 *               head ──┘  ▲  (goes first, in the same send, when both are small)
 *                  tail ──┘  (goes last, likewise, when it fits)
 *
 * Bytes in memory are written from where they are, without a buffer; and so is
 * a head that lies right before them, together with them.
 */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "core/account.h"
#include "core/around.h"
#include "core/io.h"
#include "core/method.h"
#include "core/pool.h"
#include "core/stream.h"
#include "core/sys.h"

/* An empty buffer, with what is left of the head in it. */
static int prepare(struct pour *p)
{
	uint64_t left = pour_head_left(p);

	if (p->buffer == NULL)
		p->buffer = pour_pool_take_buffer(p->opts.pool);
	if (p->buffer == NULL)
		return -ENOMEM;
	p->held = p->buffer;
	if (left > 0) {
		memcpy(p->buffer, (const char *)p->opts.head + p->account.head,
		       left);
		p->head_held = p->held_len = left;
	}
	return 0;
}

static bool needs_no_buffer(const struct pour *p)
{
	uint64_t head = pour_head_left(p);
	const char *head_end = (const char *)p->opts.head + p->opts.head_size;

	return p->src.kind == POUR_MEMORY && p->held_len == 0 &&
	       (head == 0 || head_end == pour_src_memory(p));
}

static int64_t take_in_place(struct pour *p, uint64_t max)
{
	p->head_held = p->held_len = pour_head_left(p);
	p->held = pour_src_memory(p) - p->head_held;
	return (int64_t)MIN(pour_call_bound(max),
			    p->src.size - pour_src_taken(p));
}

static int64_t take_to_buffer(struct pour *p, uint64_t max)
{
	uint64_t asked;
	int64_t n;

	if (p->held_len == 0) {
		int r = prepare(p);

		if (r < 0)
			return r;
	}
	if (p->src.kind != POUR_MEMORY)
		pour_note_call(p, POUR_BY_COPY);
	asked = MIN(pour_stream_bound(p, max), POUR_BUFFER_SIZE - p->held_len);
	n = pour_io_read(p, (char *)p->buffer + p->held_len, asked);
	pour_stream_read(p, asked, n);
	return n;
}

/* The limit is kept exactly, so what follows it can go along. */
static void take_tail_along(struct pour *p)
{
	uint64_t tail = pour_tail_left(p);

	if (tail == 0 || p->account.taken < p->limit || p->held != p->buffer ||
	    tail > POUR_BUFFER_SIZE - p->held_len)
		return;
	memcpy((char *)p->buffer + p->held_len,
	       (const char *)p->opts.tail + p->account.tail, tail);
	p->held_len += tail;
	p->tail_held = tail;
}

static int64_t take(struct pour *p, uint64_t max)
{
	int64_t n = needs_no_buffer(p) ? take_in_place(p, max)
				       : take_to_buffer(p, max);

	if (n > 0) {
		pour_note_taken(p, n);
		p->held_len += (uint64_t)n;
		take_tail_along(p);
	}
	return n;
}

int64_t pour_copy_from_pipe(struct pour *p)
{
	int64_t n;
	int r = prepare(p);

	if (r < 0)
		return r;
	pour_note_call(p, POUR_BY_COPY);
	n = pour_sys_read(p->pipe[0], p->buffer,
			  MIN(p->in_pipe, (uint64_t)POUR_BUFFER_SIZE),
			  POUR_HERE);
	if (n > 0) {
		p->in_pipe -= (uint64_t)n;
		p->held_len = (uint64_t)n;
	}
	return n;
}

/* n bytes of head, body and tail, which lie in this order, are gone. */
static void note_given(struct pour *p, uint64_t n)
{
	uint64_t body = p->held_len - p->head_held - p->tail_held;
	uint64_t of_head = MIN(n, p->head_held);
	uint64_t of_body = MIN(n - of_head, body);
	uint64_t of_tail = n - of_head - of_body;

	p->held += n;
	p->held_len -= n;
	p->head_held -= of_head;
	p->tail_held -= of_tail;
	pour_note_head(p, of_head);
	pour_note_delivered(p, POUR_BY_COPY, (int64_t)of_body);
	pour_note_tail(p, of_tail);
}

int64_t pour_copy_give(struct pour *p)
{
	/* Of what is spliced none waits: see docs/proxy.md, P5. */
	bool more = p->in_pipe == 0 && (p->ending || pour_more_follows_now(p));
	int64_t n;

	pour_note_call(p, POUR_BY_COPY);
	n = pour_io_write(p, p->held, p->held_len, more);
	if (n > 0)
		note_given(p, (uint64_t)n);
	return n;
}

static const int never[] = { 0 };

const struct method pour_by_copy = {
	.name = "copy",
	.take = take,
	.give = pour_copy_give,
	.left_for = never,
	.left_at_first_for = never,
};
