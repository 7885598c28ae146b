/* SPDX-License-Identifier: MIT */
/* Calls that this system does not have: see learn.h. */
#include "core/learn.h"

#include <errno.h>

#include "core/pool.h"
#include "core/sys.h"

static int64_t ask(enum pour_method method)
{
	switch (method) {
	case POUR_BY_RANGE:
		return pour_sys_copy_range(-1, 0, -1, 0, 1);
	case POUR_BY_SENDFILE:
		return pour_sys_sendfile(-1, -1, POUR_HERE, 1);
	case POUR_BY_SPLICE:
	case POUR_BY_PIPE:
		return pour_sys_splice(-1, POUR_HERE, -1, POUR_HERE, 1);
	case POUR_BY_VMSPLICE:
		return pour_sys_vmsplice(-1, "", 1);
	case POUR_BY_TEE:
		return pour_sys_tee(-1, -1, 1);
	case POUR_BY_COPY:
	case POUR_BY_CLONE:
	case POUR_BY_ZEROCOPY:
	case POUR_BY_MMAP:
	case POUR_BY_DIRECT:
	case POUR_BY_HOLE:
		break;
	}
	return -EBADF;
}

void pour_learn(struct pour *p, int64_t error)
{
	enum pour_method method = p->plan[p->now];
	int64_t answer;

	if (p->opts.pool == NULL || (error != -ENOSYS && error != -EPERM))
		return;
	answer = ask(method);
	if (answer == -ENOSYS || answer == -EPERM)
		pour_pool_lacks(p->opts.pool, method);
}

uint32_t pour_lacking(const struct pour *p)
{
	return p->opts.pool != NULL ? pour_pool_lacking(p->opts.pool) : 0;
}
