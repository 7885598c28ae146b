/* SPDX-License-Identifier: MIT */
/*
 * The plan: one table, kind × kind → methods in order. It is read once, at
 * the beginning of a transfer; nothing is ranked while bytes move.
 *
 * A rung below COPY is reached only when COPY is not allowed, that is when
 * somebody forces another method.
 */
#include "core/plan.h"

#include <errno.h>
#include <linux/magic.h>

#include "base/base.h"
#include "core/method.h"
#include "core/sys.h"

enum when {
	NEVER, /* the end of a row */
	ALWAYS,
	SMALL,  /* at most POUR_SMALL bytes, as far as is known */
	SHARES, /* the file system shares extents, or its server copies */
};

struct rung {
	enum when when;
	enum pour_method method;
};

struct row {
	struct rung rungs[6];
};

#define BY(when, method)                                                       \
	{                                                                      \
		when, POUR_BY_##method                                         \
	}

/* clang-format off */
static const struct row table[POUR_KINDS][POUR_KINDS] = { /* [src][dst] */
[POUR_FILE] = {
	/* Where extents are shared nothing moves at all. Where they are not
	 * (ext4, tmpfs) each of the kernel's own ways copies once and a loop
	 * of read() and write() twice; through a pipe of 256 KiB is as good
	 * as any and on ext4 the best. A small file is not worth a pipe. */
	[POUR_FILE] = { { BY(SHARES, RANGE), BY(SMALL, COPY),
			  BY(ALWAYS, PIPE), BY(ALWAYS, SENDFILE),
			  BY(ALWAYS, COPY), BY(ALWAYS, RANGE) } },
	/* One send with the head is cheapest up to 16 KiB; beyond, sendfile
	 * takes a fifth of the CPU of a copy. */
	[POUR_SOCKET] = { { BY(SMALL, COPY), BY(ALWAYS, SENDFILE),
			    BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	/* Pages go into the pipe by reference. */
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, SENDFILE),
			  BY(ALWAYS, COPY) } },
	/* A device may refuse spliced pages (EINVAL), then one copies. */
	[POUR_DEVICE] = { { BY(ALWAYS, SENDFILE), BY(ALWAYS, PIPE),
			    BY(ALWAYS, COPY) } },
},
[POUR_SOCKET] = {
	/* Through a pipe the bytes stay out of user space: half the CPU of
	 * a copy to a socket, level with large writes to a file. */
	[POUR_FILE] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
},
[POUR_PIPE] = {
	/* The pipe is there: no second one is needed. */
	[POUR_FILE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
},
[POUR_DEVICE] = {
	/* What a device makes is made by copying; a pipe helps only where
	 * the other end takes its pages. */
	[POUR_FILE] = { { BY(ALWAYS, COPY), BY(ALWAYS, PIPE) } },
	[POUR_SOCKET] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, COPY), BY(ALWAYS, PIPE) } },
},
[POUR_MEMORY] = {
	/* Written from where it lies. */
	[POUR_FILE] = { { BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, COPY) } },
},
};
/* clang-format on */

/* File systems where copy_file_range() is more than a loop in the kernel. */
static const int64_t sharing[] = {
	BTRFS_SUPER_MAGIC, XFS_SUPER_MAGIC,           NFS_SUPER_MAGIC,
	CEPH_SUPER_MAGIC,  OCFS2_SUPER_MAGIC,         CIFS_SUPER_MAGIC,
	SMB2_SUPER_MAGIC,  0xca451a4e /* bcachefs */,
};

static bool shares_extents(const struct pour *p)
{
	int64_t type = pour_sys_fs_type(p->src.fd);

	for (size_t i = 0; i < ARRAY_SIZE(sharing); i++)
		if (type == sharing[i])
			return true;
	return false;
}

static bool applies(const struct pour *p, const struct rung *rung)
{
	const struct method *m = pour_method(rung->method);

	if (p->opts.methods != 0 &&
	    (p->opts.methods & UINT32_C(1) << rung->method) == 0)
		return false;
	if (rung->when == SMALL && !p->small)
		return false;
	if (rung->when == SHARES && !shares_extents(p))
		return false;
	return m->suits == NULL || m->suits(p);
}

int pour_plan(struct pour *p)
{
	const struct row *row = &table[p->src.kind][p->dst.kind];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(row->rungs); i++) {
		const struct rung *rung = &row->rungs[i];

		if (rung->when == NEVER)
			break;
		if (!applies(p, rung))
			continue;
		p->plan[n++] = (uint8_t)rung->method;
		if (rung->method == POUR_BY_COPY)
			break;
	}
	p->plan[n] = POUR_METHODS;
	return n > 0 ? 0 : -EINVAL;
}
