/* SPDX-License-Identifier: MIT */
/*
 * read() and write() through a buffer: the baseline, and what always suits.
 *
 *      source ──read──► buffer ──write──► destination
 *               head ──┘  (goes first, in the same send, when both are small)
 *
 * Bytes in memory are written from where they are, without a buffer.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/pool.h"
#include "core/sys.h"

/* Bytes of the head that are neither delivered nor held. */
static uint64_t head_left(const struct pour *p)
{
	return p->opts.head_size - p->account.head - p->head_held;
}

/* An empty buffer, with what is left of the head in it. */
static int prepare(struct pour *p)
{
	uint64_t left = head_left(p);

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

static int64_t take_from_memory(struct pour *p, uint64_t max)
{
	const char *next = (const char *)p->src.memory + p->account.taken;
	uint64_t n = MIN(max, p->src.size - p->account.taken);

	if (n == 0)
		return 0;
	if (p->held_len == 0)
		p->held = next;
	else
		memcpy((char *)p->buffer + p->held_len, next, n);
	return (int64_t)n;
}

static int64_t take_from_fd(struct pour *p, uint64_t max)
{
	uint64_t room = POUR_BUFFER_SIZE - p->held_len;

	pour_note_call(p);
	return pour_sys_read(p->src.fd, (char *)p->buffer + p->held_len,
			     MIN(max, room), pour_src_offset(p));
}

static int64_t take(struct pour *p, uint64_t max)
{
	bool memory = p->src.kind == POUR_MEMORY;
	int64_t n;

	if (p->held_len == 0 && (!memory || head_left(p) > 0)) {
		int r = prepare(p);

		if (r < 0)
			return r;
	}
	n = memory ? take_from_memory(p, MIN(max, POUR_CALL_MAX))
		   : take_from_fd(p, max);
	if (n > 0) {
		pour_note_taken(p, n);
		p->held_len += (uint64_t)n;
	}
	return n;
}

int64_t pour_copy_from_pipe(struct pour *p)
{
	int64_t n;
	int r = prepare(p);

	if (r < 0)
		return r;
	pour_note_call(p);
	n = pour_sys_read(p->pipe[0], p->buffer,
			  MIN(p->in_pipe, (uint64_t)POUR_BUFFER_SIZE),
			  POUR_HERE);
	if (n > 0) {
		p->in_pipe -= (uint64_t)n;
		p->held_len = (uint64_t)n;
	}
	return n;
}

static int64_t give(struct pour *p)
{
	uint64_t of_head;
	int64_t n;

	pour_note_call(p);
	n = p->dst.kind == POUR_SOCKET
		    ? pour_sys_send(p->dst.fd, p->held, p->held_len, 0)
		    : pour_sys_write(p->dst.fd, p->held, p->held_len,
				     pour_dst_offset(p));
	if (n <= 0)
		return n;
	of_head = MIN((uint64_t)n, p->head_held);
	p->account.head += of_head;
	p->head_held -= of_head;
	p->held += n;
	p->held_len -= (uint64_t)n;
	pour_note_delivered(p, n - (int64_t)of_head);
	return n;
}

static const int never[] = { 0 };

const struct method pour_by_copy = {
	.name = "copy",
	.take = take,
	.give = give,
	.left_for = never,
	.left_at_first_for = never,
};
