/* SPDX-License-Identifier: MIT */
/* Head, buffered bytes and tail: see around.h. */
#include "core/around.h"

#include "base/base.h"
#include "core/account.h"
#include "core/io.h"
#include "core/method.h"

/* What goes through a pipe at the end, so that it can say MSG_MORE. */
#define LAST_PIECE UINT64_C(65536)

/* The size of a file is a hint: it may have grown since. */
uint64_t pour_body_left(const struct pour *p)
{
	uint64_t left = p->limit - p->account.taken;
	uint64_t buffered = p->opts.buffered_size - p->buffered;
	uint64_t taken = pour_src_taken(p);

	if (p->src.kind == POUR_MEMORY || p->src.size > taken)
		return MIN(left, buffered + p->src.size - taken);
	if (p->src.size > 0 && p->src.size == taken)
		return MIN(left, buffered);
	return p->opts.flags & POUR_EXACT ? left : POUR_ALL;
}

bool pour_is_complete(const struct pour *p)
{
	return p->account.taken == p->limit || pour_body_left(p) == 0;
}

int64_t pour_send_head(struct pour *p)
{
	bool more = p->limit > p->account.taken || pour_more_follows(p);
	int64_t n = pour_io_write(p,
				  (const char *)p->opts.head + p->account.head,
				  p->opts.head_size - p->account.head, more);

	if (n > 0)
		pour_note_head(p, (uint64_t)n);
	return n;
}

int64_t pour_send_tail(struct pour *p)
{
	int64_t n = pour_io_write(
		p, (const char *)p->opts.tail + p->account.tail,
		p->opts.tail_size - p->account.tail, p->opts.flags & POUR_MORE);

	if (n > 0)
		pour_note_tail(p, (uint64_t)n);
	return n;
}

int64_t pour_take_buffered(struct pour *p, uint64_t max)
{
	uint64_t n = MIN(max, p->opts.buffered_size - p->buffered);

	if (n == 0)
		return 0;
	p->held = (const char *)p->opts.buffered + p->buffered;
	p->held_len = n;
	p->buffered += n;
	pour_note_taken(p, (int64_t)n);
	return (int64_t)n;
}

static bool switch_to_pipe(struct pour *p)
{
	for (size_t i = p->now; p->plan[i] != POUR_METHODS; i++) {
		if (p->plan[i] == POUR_BY_PIPE) {
			p->now = (uint8_t)i;
			return true;
		}
	}
	return false;
}

uint64_t pour_leave_last_piece(struct pour *p, uint64_t max)
{
	uint64_t left;

	if (p->plan[p->now] != POUR_BY_SENDFILE || p->dst.kind != POUR_SOCKET ||
	    !pour_more_follows(p))
		return max;
	left = pour_body_left(p);
	if (left == POUR_ALL)
		return max;
	if (left > LAST_PIECE)
		return MIN(max, left - LAST_PIECE);
	(void)switch_to_pipe(p);
	return max;
}
