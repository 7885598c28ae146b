/* SPDX-License-Identifier: MIT */
/*
 * copy_file_range(): file ──► file inside the file system, which may share the
 * extents, or let a server do the work.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/sys.h"

/* Below what FUSE can answer in 32 bits, and what a signal waits for. */
#define RANGE_MAX (UINT64_C(1) << 30)

static int64_t take(struct pour *p, uint64_t max)
{
	int64_t n;

	pour_note_call(p, POUR_BY_RANGE);
	n = pour_sys_copy_range(p->src.fd, pour_src_offset(p), p->dst.fd,
				pour_dst_offset(p), MIN(max, RANGE_MAX));
	if (n > 0)
		pour_note_moved(p, POUR_BY_RANGE, n);
	return n;
}

/*
 * EBADF: the destination is O_APPEND; EFBIG: said at the end of the source by
 * kernel 6.17, so write() must decide; ENOENT, EIO, EACCES: CIFS, CephFS.
 */
const struct method pour_by_range = {
	.name = "copy_file_range",
	.take = take,
	.left_for = (const int[]){EINVAL, EXDEV, ENOSYS, EOPNOTSUPP, EOVERFLOW,
                                  ETXTBSY, EFBIG, EBADF, ENOTTY, 0 },
	.left_at_first_for = (const int[]){ EIO, ENOENT, EPERM, EACCES,          0                 },
};
