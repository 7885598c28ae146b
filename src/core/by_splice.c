/* SPDX-License-Identifier: MIT */
/*
 * splice(): one end is a pipe already, and pages change hands.
 *
 *      pipe ══► anything         anything ══► pipe
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/sys.h"

/*
 * To a socket exactly what the pipe has: a larger count makes the kernel set
 * MSG_MORE on the last piece, which then waits for 200 ms (fs/splice.c,
 * splice_to_socket).
 */
static uint64_t exact(const struct pour *p, uint64_t max)
{
	int64_t waiting;

	if (p->src.kind != POUR_PIPE || p->dst.kind != POUR_SOCKET)
		return max;
	waiting = pour_sys_waiting(p->src.fd);
	return waiting > 0 ? MIN(max, (uint64_t)waiting) : max;
}

static int64_t take(struct pour *p, uint64_t max)
{
	uint64_t count = exact(p, pour_call_bound(max));
	int64_t n;

	pour_note_call(p, POUR_BY_SPLICE);
	n = pour_sys_splice(p->src.fd, pour_src_offset(p), p->dst.fd,
			    pour_dst_offset(p), count);
	if (n > 0)
		pour_note_moved(p, POUR_BY_SPLICE, n);
	return n;
}

const struct method pour_by_splice = {
	.name = "splice",
	.take = take,
	.left_for = (const int[]){EINVAL, ENOSYS, EOPNOTSUPP, 0},
	.left_at_first_for = (const int[]){ EIO, EBADF,  EPERM,     EACCES, 0 },
};
