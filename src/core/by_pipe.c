/* SPDX-License-Identifier: MIT */
/*
 * splice() twice, through a pipe that is borrowed from the pool.
 *
 *      source ══take══► pipe ══give══► destination
 *
 * It is filled only when it is empty, so that EAGAIN is never ambiguous: a
 * pipe is full by slots and not by bytes, and neither its size nor FIONREAD
 * tells (one small segment takes a whole slot). In the pipe the bytes are safe:
 * whatever the destination says, they can still be read back.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/around.h"
#include "core/method.h"
#include "core/pool.h"
#include "core/stream.h"
#include "core/sys.h"

static int64_t take(struct pour *p, uint64_t max)
{
	uint64_t asked = pour_call_bound(max);
	int64_t n;

	if (p->pipe[0] < 0) {
		int r = pour_pool_take_pipe(p->opts.pool, p->pipe);

		if (r < 0)
			return r;
	}
	pour_note_call(p, POUR_BY_PIPE);
	n = pour_sys_splice(p->src.fd, pour_src_offset(p), p->pipe[1],
			    POUR_HERE, asked);
	pour_stream_read(p, MIN(asked, pour_pool_pipe_size(p->opts.pool)), n);
	if (n > 0) {
		pour_note_taken(p, n);
		p->in_pipe = (uint64_t)n;
	}
	return n;
}

/* Exactly what is in the pipe: see by_splice.c. */
static int64_t give(struct pour *p)
{
	int64_t n;

	pour_note_call(p, POUR_BY_PIPE);
	if (p->dst.kind == POUR_SOCKET && pour_more_follows_now(p))
		n = pour_sys_splice_more(p->pipe[0], p->dst.fd, p->in_pipe);
	else
		n = pour_sys_splice(p->pipe[0], POUR_HERE, p->dst.fd,
				    pour_dst_offset(p), p->in_pipe);
	if (n > 0) {
		p->in_pipe -= (uint64_t)n;
		pour_note_delivered(p, POUR_BY_PIPE, n);
	}
	return n;
}

/* The second line is what the pool says when there is none to be had, or none
 * that is worth it. */
const struct method pour_by_pipe = {
	.name = "pipe",
	.take = take,
	.give = give,
	.left_for = (const int[]){EINVAL,   ENOSYS, EOPNOTSUPP, EMFILE, ENFILE,
                                  ENOMEM, ENOBUFS, 0 },
	.left_at_first_for = (const int[]){ EIO, EBADF,      EPERM,               EACCES,                  0                  },
};
