/* SPDX-License-Identifier: MIT */
/* Positions of files: see position.h. */
#include "core/position.h"

#include <unistd.h>

#include "core/method.h"
#include "core/sys.h"

static int64_t stand(const struct pour_end *e, uint64_t offset)
{
	return e->offset == POUR_HERE ? pour_sys_seek(e->fd, 0, SEEK_CUR)
				      : (int64_t)offset;
}

static void follow(const struct pour_end *e, int64_t n)
{
	if (e->offset == POUR_HERE)
		(void)pour_sys_seek(e->fd, n, SEEK_CUR);
}

int64_t pour_src_position(const struct pour *p)
{
	return stand(&p->src, pour_src_offset(p));
}

int64_t pour_dst_position(const struct pour *p)
{
	return stand(&p->dst, pour_dst_offset(p));
}

void pour_src_follow(const struct pour *p, int64_t n)
{
	follow(&p->src, n);
}

void pour_dst_follow(const struct pour *p, int64_t n)
{
	follow(&p->dst, n);
}
