/* SPDX-License-Identifier: MIT */
/*
 * send(MSG_ZEROCOPY): the socket sends from the caller's memory, and says later
 * when it no longer needs it.
 *
 *      memory ──pinned──► socket ──► peer
 *                           └─ error queue: sends first..last are done ─► acks
 *
 * Only where the caller set SO_ZEROCOPY: without it the kernel copies, says
 * nothing, and never answers. The answers are numbered by socket, 32 bits that
 * wrap, and may come out of order, so they are counted and not compared
 * (Documentation/networking/msg_zerocopy.rst).
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/account.h"
#include "core/method.h"
#include "core/sys.h"

/* Pinning pages and answering cost more than copying up to about here. */
#define WORTH_WHILE UINT64_C(10240)

static bool suits(const struct pour *p)
{
	return p->opts.acks != NULL && p->opts.acks->copied == 0 &&
	       pour_sys_sockopt(p->dst.fd, SO_ZEROCOPY) > 0;
}

int pour_acks_read(struct pour_acks *acks, int fd)
{
	struct pour_sys_ack ack;
	int r;

	while ((r = pour_sys_ack(fd, &ack)) > 0) {
		acks->done += ack.last - ack.first + 1;
		if (ack.copied)
			acks->copied = 1;
	}
	return r < 0 ? r : (int)(acks->sent - acks->done);
}

static int64_t take(struct pour *p, uint64_t max)
{
	uint64_t n = MIN(pour_call_bound(max), p->src.size - pour_src_taken(p));
	int64_t sent;

	if (n == 0)
		return 0;
	(void)pour_zerocopy_read(p);
	if (p->opts.acks->copied || n < WORTH_WHILE)
		return -EOPNOTSUPP;
	pour_note_call(p, POUR_BY_ZEROCOPY);
	sent = pour_sys_send(p->dst.fd, pour_src_memory(p), n, MSG_ZEROCOPY);
	if (sent > 0) {
		p->opts.acks->sent++;
		pour_note_moved(p, POUR_BY_ZEROCOPY, sent);
	}
	return sent;
}

/*
 * ENOBUFS: too much memory is pinned (optmem_max, RLIMIT_MEMLOCK). If nothing
 * is outstanding no answer will ever come to wait for, so it is sent without
 * the flag. EOPNOTSUPP is ours as well: the kernel said that it copied.
 */
const struct method pour_by_zerocopy = {
	.name = "zerocopy",
	.suits = suits,
	.take = take,
	.left_for = (const int[]){ENOBUFS, EOPNOTSUPP, EINVAL, ENOSYS, 0 },
	.left_at_first_for = (const int[]){ EPERM,      EACCES,               0               },
};
