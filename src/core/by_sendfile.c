/* SPDX-License-Identifier: MIT */
/*
 * sendfile(): page cache ──► anything, without a stop in user space.
 *
 * The count is exact. A count past the end of the file leaves the last segment
 * with MSG_MORE set, and waiting for 200 ms, on kernels before 6.5 (commit
 * 2dc334f1a63a and the splice_eof series).
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/sys.h"

/* It writes at the destination's own position only. */
static bool suits(const struct pour *p)
{
	return p->dst.kind != POUR_FILE || p->dst.offset == POUR_HERE;
}

static int64_t take(struct pour *p, uint64_t max)
{
	uint64_t count = pour_call_bound(max);
	int64_t n;

	if (p->src.size > pour_src_taken(p))
		count = MIN(count, p->src.size - pour_src_taken(p));
	pour_note_call(p, POUR_BY_SENDFILE);
	n = pour_sys_sendfile(p->dst.fd, p->src.fd, pour_src_offset(p), count);
	if (n > 0)
		pour_note_moved(p, POUR_BY_SENDFILE, n);
	return n;
}

const struct method pour_by_sendfile = {
	.name = "sendfile",
	.suits = suits,
	.take = take,
	.left_for = (const int[]){EINVAL, ENOSYS, EOPNOTSUPP, EOVERFLOW, 0},
	.left_at_first_for = (const int[]){ EIO,   EBADF,  EPERM,      EACCES,    0},
};
