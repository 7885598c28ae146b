/* SPDX-License-Identifier: MIT */
/*
 * Holes stay holes: what lseek() says is one is not moved but made.
 *
 *      source       ▓▓▓▓▓▓░░░░░░░░▓▓▓▓▓░░░░░
 *      destination  ▓▓▓▓▓▓└punched┘▓▓▓▓▓└─ and at the end, the size is set
 *
 * lseek() moves a position, so it is asked on a descriptor of our own. What it
 * says can change at once (somebody punches, somebody writes): a found range is
 * used once, every round makes progress, and where it cannot be asked, or the
 * destination cannot be punched, everything is data.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/base.h"
#include "core/account.h"
#include "core/holes.h"
#include "core/method.h"
#include "core/position.h"
#include "core/sys.h"

/* An appending destination has no offsets to leave a hole at. */
static int prepare(struct pour *p)
{
	if (p->hole_fd >= 0)
		return 0;
	if (pour_sys_flags(p->dst.fd) & O_APPEND)
		return -EINVAL;
	p->hole_fd = pour_sys_reopen(p->src.fd);
	return MIN(p->hole_fd, 0);
}

/* The rest is data: nobody can tell, or nobody can punch. */
static int64_t give_up(struct pour *p, int64_t error)
{
	p->no_holes = 1;
	p->account.left[POUR_BY_HOLE] = (int32_t)-error;
	return 0;
}

/* Bytes of hole at that offset; 0: data, up to p->data_until. */
static int64_t hole_at(struct pour *p, uint64_t at)
{
	int64_t data, end;
	struct stat st;

	if (at < p->data_until)
		return 0;
	data = pour_sys_seek(p->hole_fd, (int64_t)at, SEEK_DATA);
	if (data == -ENXIO) {
		int r = pour_sys_stat(p->src.fd, &st);

		return r < 0 ? r : MAX(st.st_size - (int64_t)at, 0);
	}
	if (data < 0)
		return data;
	if ((uint64_t)data > at)
		return data - (int64_t)at;
	end = pour_sys_seek(p->hole_fd, (int64_t)at, SEEK_HOLE);
	/* No further than a race lets it be: then the next block is data. */
	p->data_until = end > (int64_t)at ? (uint64_t)end : at + 65536;
	return 0;
}

/* Zeros at the destination that cost nothing: punched, or not yet there. */
static int make_hole(struct pour *p, uint64_t at, uint64_t n)
{
	uint64_t size;
	struct stat st;
	int r = pour_sys_stat(p->dst.fd, &st);

	if (r < 0)
		return r;
	size = (uint64_t)st.st_size;
	pour_note_call(p, POUR_BY_HOLE);
	if (at < size)
		r = pour_sys_punch(p->dst.fd, at, MIN(n, size - at));
	if (r == 0 && at + n > size)
		r = pour_sys_truncate(p->dst.fd, at + n);
	return r;
}

int64_t pour_hole_take(struct pour *p, uint64_t *max)
{
	int64_t from, to, n;
	int r;

	if (p->no_holes)
		return 0;
	r = prepare(p);
	if (r < 0)
		return r == -EINVAL ? give_up(p, r) : r;
	from = pour_src_position(p);
	to = pour_dst_position(p);
	if (from < 0 || to < 0)
		return give_up(p, MIN(from, to));
	n = hole_at(p, (uint64_t)from);
	if (n < 0)
		return give_up(p, n);
	if (n == 0) {
		if (p->data_until > (uint64_t)from)
			*max = MIN(*max, p->data_until - (uint64_t)from);
		return 0;
	}
	n = (int64_t)MIN((uint64_t)n, p->limit - p->account.taken);
	r = make_hole(p, (uint64_t)to, (uint64_t)n);
	if (r < 0)
		return give_up(p, r);
	pour_note_moved(p, POUR_BY_HOLE, n);
	pour_src_follow(p, n);
	pour_dst_follow(p, n);
	return n;
}

void pour_hole_end(struct pour *p)
{
	if (p->hole_fd >= 0)
		(void)pour_sys_close(p->hole_fd);
	p->hole_fd = -1;
}

/* Never in a plan: POUR_HOLES looks for holes beside whatever is in use. */
const struct method pour_by_hole = { .name = "hole" };
