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
#include <fcntl.h>
#include <linux/magic.h>

#include "base/base.h"
#include "core/end.h"
#include "core/learn.h"
#include "core/method.h"
#include "core/pool.h"
#include "core/sys.h"

enum when {
	NEVER, /* the end of a row */
	ALWAYS,
	SMALL,  /* at most tuning.small_file bytes, as far as is known */
	JOINED, /* SMALL, and in one send with what goes before or after */
	SHARES, /* the file system shares extents, or its server copies */
	ASKED,  /* named in opts.methods */
};

struct rung {
	enum when when;
	enum pour_method method;
};

struct row {
	struct rung rungs[10];
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
	[POUR_FILE] = { { BY(ASKED, MMAP), BY(SHARES, CLONE),
			  BY(SHARES, RANGE), BY(SMALL, COPY),
			  BY(ALWAYS, PIPE), BY(ALWAYS, SENDFILE),
			  BY(ALWAYS, COPY), BY(ALWAYS, RANGE),
			  BY(ASKED, CLONE) } },
	/* One send with the head is cheapest up to 16 KiB; beyond, and alone,
	 * sendfile is: half the CPU of a copy at 16 KiB, later a fifth. */
	[POUR_SOCKET] = { { BY(ASKED, MMAP), BY(JOINED, COPY),
			    BY(ALWAYS, SENDFILE), BY(ALWAYS, PIPE),
			    BY(ALWAYS, COPY) } },
	/* Pages go into the pipe by reference. */
	[POUR_PIPE] = { { BY(ASKED, MMAP), BY(ALWAYS, SPLICE),
			  BY(ALWAYS, SENDFILE), BY(ALWAYS, COPY) } },
	/* A device may refuse spliced pages (EINVAL), then one copies. */
	[POUR_DEVICE] = { { BY(ASKED, MMAP), BY(ALWAYS, SENDFILE),
			    BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	/* As SSL_sendfile() does; a mapping never goes to a function. */
	[POUR_CALL] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
},
[POUR_SOCKET] = {
	/* Through a pipe the bytes stay out of user space: half the CPU of
	 * a copy to a socket, level with large writes to a file. It begins
	 * and may go on by copying: see stream.h. */
	[POUR_FILE] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_CALL] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
},
[POUR_PIPE] = {
	/* The pipe is there: no second one is needed. */
	[POUR_FILE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_CALL] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
},
[POUR_DEVICE] = {
	/* What a device makes is made by copying; a pipe helps only where
	 * the other end takes its pages. */
	[POUR_FILE] = { { BY(ALWAYS, COPY), BY(ALWAYS, PIPE) } },
	[POUR_SOCKET] = { { BY(ALWAYS, PIPE), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, SPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, COPY), BY(ALWAYS, PIPE) } },
	[POUR_CALL] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
},
[POUR_MEMORY] = {
	/* Written from where it lies. What shares it with the receiver is
	 * for those who know that it will not change. */
	[POUR_FILE] = { { BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, ZEROCOPY), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ASKED, VMSPLICE), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, COPY) } },
	[POUR_CALL] = { { BY(ALWAYS, COPY) } },
},
[POUR_CALL] = {
	[POUR_FILE] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
	[POUR_SOCKET] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
	[POUR_PIPE] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
	[POUR_DEVICE] = { { BY(ALWAYS, DIRECT), BY(ALWAYS, COPY) } },
	[POUR_CALL] = { { BY(ALWAYS, COPY) } },
},
};
/* clang-format on */

/* File systems where copy_file_range() is more than a loop in the kernel. */
static const int64_t sharing[] = {
	BTRFS_SUPER_MAGIC, XFS_SUPER_MAGIC,           NFS_SUPER_MAGIC,
	CEPH_SUPER_MAGIC,  OCFS2_SUPER_MAGIC,         CIFS_SUPER_MAGIC,
	SMB2_SUPER_MAGIC,  0xca451a4e /* bcachefs */,
};

static bool is_sharing(int64_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(sharing); i++)
		if (type == sharing[i])
			return true;
	return false;
}

/* The source's file system is asked once, and by a pool never again. */
static bool ask_sharing(const struct pour *p)
{
	uint32_t device = p->src.device;
	int known = pour_pool_shares(p->opts.pool, device);
	bool shares;

	if (known >= 0)
		return known > 0;
	shares = is_sharing(pour_sys_fs_type(p->src.fd));
	pour_pool_note_shares(p->opts.pool, device, shares);
	return shares;
}

/* Two disks share nothing; subvolumes of one have numbers of their own. */
static bool are_two_disks(const struct pour_end *a, const struct pour_end *b)
{
	return a->inode != 0 && b->inode != 0 && a->device != b->device &&
	       !pour_is_anonymous(a->device) && !pour_is_anonymous(b->device);
}

static bool shares_extents(struct pour *p)
{
	enum { NOT_ASKED, SHARES_NOT, SHARES_THEM };

	if (p->shares == NOT_ASKED)
		p->shares = !are_two_disks(&p->src, &p->dst) && ask_sharing(p)
				    ? SHARES_THEM
				    : SHARES_NOT;
	return p->shares == SHARES_THEM;
}

/*
 * Whether the receiver would see a change of the source that comes after the
 * transfer: of pages that are shared with it, and not copied. Into a file every
 * method copies, or shares until the next write.
 */
static bool shares_pages(const struct pour *p, enum pour_method method)
{
	bool is_memory = p->src.kind == POUR_MEMORY;
	int seals;

	if (method == POUR_BY_COPY || method == POUR_BY_MMAP ||
	    p->dst.kind == POUR_FILE ||
	    (p->src.kind != POUR_FILE && !is_memory))
		return false;
	seals = is_memory ? 0 : pour_sys_seals(p->src.fd);
	return seals < 0 || !(seals & F_SEAL_WRITE);
}

static uint32_t bit(enum pour_method method)
{
	return UINT32_C(1) << method;
}

/*
 * What may be used, 1 << method: by name, by what this system has, and by what
 * is said of sharing extents: demanded, left to the file system, or forbidden.
 */
static uint32_t allowed(const struct pour *p)
{
	uint32_t may = p->opts.methods != 0 ? p->opts.methods : UINT32_MAX;

	if (p->opts.clone == POUR_CLONE_NEVER)
		may &= ~(bit(POUR_BY_CLONE) | bit(POUR_BY_RANGE));
	if (p->opts.clone == POUR_CLONE_ALWAYS)
		may &= bit(POUR_BY_CLONE);
	return may & ~pour_lacking(p);
}

static bool joins(const struct pour *p)
{
	return p->opts.head_size > 0 || p->opts.tail_size > 0 ||
	       p->opts.flags & POUR_MORE;
}

static bool is_time(struct pour *p, const struct rung *rung)
{
	uint32_t asked = p->opts.methods & bit(rung->method);

	switch (rung->when) {
	case SMALL:
		return p->small;
	case JOINED:
		return p->small && joins(p);
	case SHARES:
		return asked || p->opts.clone == POUR_CLONE_ALWAYS ||
		       shares_extents(p);
	case ASKED:
		return asked;
	case ALWAYS:
	case NEVER:
		break;
	}
	return true;
}

static bool applies(struct pour *p, const struct rung *rung)
{
	const struct method *m = pour_methods[rung->method];

	if (!is_time(p, rung))
		return false;
	if (p->opts.flags & POUR_STABLE && shares_pages(p, rung->method))
		return false;
	return m->suits == NULL || m->suits(p);
}

int pour_plan(struct pour *p)
{
	const struct rung *rung = table[p->src.kind][p->dst.kind].rungs;
	uint32_t left = allowed(p);
	size_t n = 0;

	for (; rung->when != NEVER; rung++) {
		if (!(left & bit(rung->method)) || !applies(p, rung))
			continue;
		left &= ~bit(rung->method);
		p->plan[n++] = (uint8_t)rung->method;
		if (rung->method == POUR_BY_COPY)
			break;
	}
	p->plan[n] = POUR_METHODS;
	return n > 0 ? 0 : -EINVAL;
}
