/* SPDX-License-Identifier: MIT */
/* The account of a transfer: every byte, call, wait and failure, once. */
#include "core/account.h"

#include <errno.h>

void pour_note_teed(struct pour *p, int64_t n)
{
	p->account.teed += (uint64_t)n;
	p->account.calls[POUR_BY_TEE]++;
}

void pour_note_missed(struct pour *p, uint64_t n)
{
	p->account.missed += n;
}

int pour_note_wants(struct pour *p, int wants)
{
	for (int i = 0; i < POUR_WANTS; i++)
		if (wants & 1 << i)
			p->account.waits[i]++;
	return wants;
}

int pour_note_ended(struct pour *p, enum pour_ended ended)
{
	p->account.ended = ended;
	if (ended != POUR_ENDED_SHORT)
		return 0;
	p->account.side = POUR_SIDE_SRC;
	p->account.error = ENODATA;
	return -ENODATA;
}

int pour_note_failed(struct pour *p, enum pour_side side, int64_t error)
{
	p->account.ended = POUR_ENDED_FAILED;
	p->account.side = side;
	p->account.error = (int32_t)-error;
	return (int)error;
}

int pour_note_stopped(struct pour *p, enum pour_ended ended)
{
	p->account.ended = ended;
	p->account.error = ended == POUR_ENDED_TIMEOUT ? ETIMEDOUT : ECANCELED;
	return -p->account.error;
}

void pour_note_left(struct pour *p, int64_t error)
{
	p->account.left[p->plan[p->now]] = (int32_t)-error;
}

/* What only a destination that is a file says (write(2)). */
static int is_of_writing(int64_t error)
{
	return error == -ENOSPC || error == -EDQUOT || error == -EFBIG ||
	       error == -EROFS || error == -EPERM || error == -EPIPE;
}

/* What only a source that is a file says (read(2)). */
static int is_of_reading(int64_t error)
{
	return error == -EIO || error == -ESTALE || error == -EISDIR ||
	       error == -EOVERFLOW || error == -ENXIO;
}

enum pour_side pour_side_of(const struct pour *p, int64_t error)
{
	if (error == -EFAULT)
		return POUR_SIDE_SRC; /* a mapping without its file */
	if (p->src.kind == POUR_PIPE || p->src.kind == POUR_MEMORY)
		return POUR_SIDE_DST; /* neither can fail to be read */
	if (p->dst.kind == POUR_PIPE)
		return error == -EPIPE ? POUR_SIDE_DST : POUR_SIDE_SRC;
	if (p->src.kind == POUR_FILE && p->dst.kind == POUR_SOCKET)
		return is_of_reading(error) ? POUR_SIDE_SRC : POUR_SIDE_DST;
	return is_of_writing(error) ? POUR_SIDE_DST : POUR_SIDE_SRC;
}
