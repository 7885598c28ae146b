/* SPDX-License-Identifier: MIT */
/*
 * A mapping and write(): file ──mapped──► write() ──► anything with a
 * descriptor. Only when asked for by name.
 *
 * No SIGBUS can come of it: write() reads the mapping inside the kernel, and
 * where the file ends too early it answers short, and then EFAULT. A function
 * would read it outside, so a mapping never goes to one.
 */
#include <errno.h>

#include "base/base.h"
#include "core/account.h"
#include "core/around.h"
#include "core/io.h"
#include "core/method.h"
#include "core/position.h"
#include "core/sys.h"

/* A window; a multiple of every page size there is. */
#define WINDOW (UINT64_C(8) << 20)

static bool suits(const struct pour *p)
{
	return p->dst.kind != POUR_CALL;
}

void pour_mmap_end(struct pour *p)
{
	if (p->map != NULL)
		pour_sys_unmap(p->map, p->map_size);
	p->map = NULL;
}

static int64_t size_of_source(const struct pour *p)
{
	struct stat st;
	int r = pour_sys_stat(p->src.fd, &st);

	return r < 0 ? r : st.st_size;
}

/* A window that shows the file at that offset. 1: it does, 0: past the end. */
static int show(struct pour *p, uint64_t at)
{
	int64_t size;
	int r;

	if (p->map != NULL && at >= p->map_at && at - p->map_at < p->map_size)
		return 1;
	pour_mmap_end(p);
	size = size_of_source(p);
	if (size < 0 || (uint64_t)size <= at)
		return size < 0 ? (int)size : 0;
	p->map_at = at - at % WINDOW;
	p->map_size = MIN(WINDOW, (uint64_t)size - p->map_at);
	r = pour_sys_map(p->src.fd, p->map_at, p->map_size, &p->map);
	return r < 0 ? r : 1;
}

/*
 * EFAULT: the file is shorter by now than its window. -EFAULT: it is not; 0: it
 * ends here; 1: before the end of what was asked for, so ask for less.
 */
static int64_t without_file(struct pour *p, uint64_t at)
{
	uint64_t end = p->map_at + p->map_size;
	int64_t size = size_of_source(p);

	pour_mmap_end(p);
	if (size >= 0 && (uint64_t)size <= at)
		return 0;
	return size >= 0 && (uint64_t)size < end ? 1 : -EFAULT;
}

static int64_t write_window(struct pour *p, uint64_t at, uint64_t max)
{
	int64_t n = show(p, at);
	uint64_t in_window = at - p->map_at;

	if (n <= 0)
		return n;
	pour_note_call(p, POUR_BY_MMAP);
	return pour_io_write(p, (const char *)p->map + in_window,
			     MIN(max, p->map_size - in_window),
			     max >= pour_body_left(p) && pour_more_follows(p));
}

static int64_t take(struct pour *p, uint64_t max)
{
	int64_t here = pour_src_position(p), n;
	uint64_t at = (uint64_t)here;

	if (here < 0)
		return here;
	n = write_window(p, at, max);

	if (n == -EFAULT && p->map != NULL) {
		n = without_file(p, at);
		if (n == 1)
			n = write_window(p, at, max);
	}
	if (n > 0) {
		pour_src_follow(p, n);
		pour_note_moved(p, POUR_BY_MMAP, n);
	}
	return n;
}

const struct method pour_by_mmap = {
	.name = "mmap",
	.suits = suits,
	.take = take,
	.left_for = (const int[]){ENODEV,     EINVAL, ENOSYS, EOPNOTSUPP, ENOMEM,
                                  EFAULT, EOVERFLOW, 0 },
	.left_at_first_for = (const int[]){ EACCES, EPERM,      EBADF,           EAGAIN,               0               },
};
