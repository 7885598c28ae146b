/* SPDX-License-Identifier: MIT */
/*
 * FICLONERANGE: the destination comes to share the source's extents. Nothing
 * moves, so neither the budget nor the pace has a say.
 *
 *      source ──extents──► destination      (copied on write, later)
 *
 * Offsets and length are multiples of the file system's block, but for a length
 * that ends where the source does (ioctl_ficlonerange(2)). Of a range that ends
 * elsewhere the whole blocks are cloned and the rest is left to other methods.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/position.h"
#include "core/sys.h"

/* Bytes that one clone may take, from there; 0 at the end of the source. */
static int64_t clonable(struct pour *p, uint64_t from, uint64_t unit)
{
	uint64_t left = p->limit - p->account.taken, there;
	struct stat st;
	int r = pour_sys_stat(p->src.fd, &st);

	if (r < 0)
		return r;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size <= from)
		return 0;
	there = (uint64_t)st.st_size - from;
	if (left >= there)
		return (int64_t)there;
	left -= left % unit;
	return left > 0 ? (int64_t)left : -EINVAL;
}

static int64_t take(struct pour *p, uint64_t max)
{
	int64_t from = pour_src_position(p);
	int64_t to = pour_dst_position(p);
	int64_t unit = pour_sys_fs_block(p->src.fd), n;

	(void)max;
	if (from < 0 || to < 0 || unit <= 0)
		return -EINVAL;
	n = clonable(p, (uint64_t)from, (uint64_t)unit);
	if (n <= 0)
		return n;
	pour_note_call(p, POUR_BY_CLONE);
	n = pour_sys_clone(p->src.fd, (uint64_t)from, p->dst.fd, (uint64_t)to,
			   (size_t)n);
	if (n > 0) {
		pour_note_moved(p, POUR_BY_CLONE, n);
		pour_src_follow(p, n);
		pour_dst_follow(p, n);
	}
	return n;
}

/*
 * Everything but a full or broken disk means "not here": ENOTTY, EPERM, EACCES
 * in containers, ETXTBSY of swap files, EBADF of appending ones, EAGAIN of
 * blocks that ZFS has not written yet.
 */
const struct method pour_by_clone = {
	.name = "clone",
	.take = take,
	.left_for = (const int[]){EOPNOTSUPP, EXDEV, EINVAL, ENOTTY, ENOSYS,
                                  EPERM, EACCES, ETXTBSY, EBADF, EAGAIN,
                                  EISDIR, EOVERFLOW, EFBIG, 0 },
	.left_at_first_for = (const int[]){ 0   },
};
