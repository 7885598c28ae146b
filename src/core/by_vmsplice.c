/* SPDX-License-Identifier: MIT */
/*
 * vmsplice(): memory ══► pipe, by reference. Only when asked for by name: no
 * answer ever says when the reader is done with the pages, so the memory must
 * never change again; and kernels begin to copy here, or to refuse.
 *
 * Always SPLICE_F_NONBLOCK: O_NONBLOCK on the pipe is not looked at.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/sys.h"

static int64_t take(struct pour *p, uint64_t max)
{
	uint64_t n = MIN(pour_call_bound(max), p->src.size - pour_src_taken(p));
	int64_t gone;

	if (n == 0)
		return 0;
	pour_note_call(p, POUR_BY_VMSPLICE);
	gone = pour_sys_vmsplice(p->dst.fd, pour_src_memory(p), n);
	if (gone > 0)
		pour_note_moved(p, POUR_BY_VMSPLICE, gone);
	return gone;
}

const struct method pour_by_vmsplice = {
	.name = "vmsplice",
	.take = take,
	.left_for = (const int[]){EOPNOTSUPP, EINVAL, ENOSYS, EBADF, ENOMEM,
                                  0 },
	.left_at_first_for = (const int[]){ EPERM,          EACCES,               EFAULT,                0     },
};
