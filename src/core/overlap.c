/* SPDX-License-Identifier: MIT */
/*
 * A file copied onto its own end never ends: what is read is followed by what
 * was written. sendfile() and splice() do it without a word, and
 * copy_file_range() until the next call (fs/read_write.c).
 *
 *      ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
 *      src ──► src + n        refused where these two have a byte in common
 *            dst ──► dst + n
 */
#include "core/overlap.h"

#include <fcntl.h>

#include "base/base.h"
#include "core/end.h"
#include "core/position.h"
#include "core/sys.h"

/* By device and inode; a block device by what it stands for. */
static bool are_one(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) || S_ISBLK(b->st_mode))
		return S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode) &&
		       a->st_rdev == b->st_rdev;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Bytes that can be read, beginning there; what is written adds to them. */
static uint64_t length(const struct pour *p, const struct stat *st,
		       uint64_t from, uint64_t to)
{
	if (to >= from || !S_ISREG(st->st_mode))
		return p->limit;
	if ((uint64_t)st->st_size <= from)
		return 0;
	return MIN(p->limit, (uint64_t)st->st_size - from);
}

/* Nearly always they are two, and that an end is asked once at most. */
static bool are_two(struct pour *p)
{
	if (p->dst.inode == 0 && pour_end_ask(&p->dst) < 0)
		return true;
	if (p->src.inode == 0 && pour_end_ask(&p->src) < 0)
		return true;
	return pour_are_apart(&p->src, &p->dst);
}

bool pour_overlaps(struct pour *p)
{
	struct stat src, dst;
	uint64_t from, to;
	int64_t a, b;

	if (are_two(p))
		return false;
	if (pour_sys_stat(p->src.fd, &src) < 0 ||
	    pour_sys_stat(p->dst.fd, &dst) < 0 || !are_one(&src, &dst))
		return false;
	a = pour_src_position(p);
	b = pour_sys_flags(p->dst.fd) & O_APPEND ? dst.st_size
						 : pour_dst_position(p);
	if (a < 0 || b < 0)
		return false;
	from = (uint64_t)a;
	to = (uint64_t)b;
	return MAX(from, to) - MIN(from, to) < length(p, &src, from, to);
}
