/* SPDX-License-Identifier: MIT */
/* Reading and writing by way of memory: see io.h. */
#include "core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/method.h"
#include "core/position.h"
#include "core/sys.h"

enum { BLOCK = 4096, DIRECT_SIZE = 1 << 20, ERRNO_MAX = 4095 };

/* More than it was given, or no errno: a lie would become an account. */
int64_t pour_io_believed(int64_t n, uint64_t len)
{
	bool is_nonsense = n > 0 ? (uint64_t)n > len : n < -ERRNO_MAX;

	return is_nonsense ? -EOVERFLOW : n;
}

static int64_t from_memory(const struct pour *p, void *buf, uint64_t len)
{
	uint64_t n = MIN(len, p->src.size - pour_src_taken(p));

	if (n > 0)
		memcpy(buf, pour_src_memory(p), n);
	return (int64_t)n;
}

/*
 * A source that is O_DIRECT wants offset, length and memory in multiples of a
 * block (open(2)): whole blocks are read aside, and the bytes taken from them.
 */
static int64_t read_blocks(const struct pour *p, void *buf, uint64_t len)
{
	char *aside = aligned_alloc(BLOCK, DIRECT_SIZE);
	int64_t at = pour_src_position(p), n = -ENOMEM;
	uint64_t skip;

	if (aside == NULL || at < 0) {
		free(aside);
		return MIN(at, n);
	}
	skip = (uint64_t)at % BLOCK;
	n = pour_sys_read(p->src.fd, aside, DIRECT_SIZE, (uint64_t)at - skip);
	if (n >= 0) {
		n = n > (int64_t)skip ? n - (int64_t)skip : 0;
		n = (int64_t)MIN((uint64_t)n, len);
		memcpy(buf, aside + skip, (size_t)n);
		pour_src_follow(p, n);
	}
	free(aside);
	return n;
}

static int64_t from_fd(const struct pour *p, void *buf, uint64_t len)
{
	int64_t n = pour_sys_read(p->src.fd, buf, len, pour_src_offset(p));

	if (n == -EINVAL && p->src.kind == POUR_FILE &&
	    pour_sys_flags(p->src.fd) & O_DIRECT)
		return read_blocks(p, buf, len);
	return n;
}

int64_t pour_io_read(struct pour *p, void *buf, uint64_t len)
{
	if (p->src.kind == POUR_MEMORY)
		return from_memory(p, buf, len);
	p->src_events = POLLIN;
	if (p->src.kind == POUR_CALL)
		return pour_io_believed(
			p->src.reader(p->src.context, buf, len, &p->src_events),
			len);
	return from_fd(p, buf, len);
}

int64_t pour_io_write(struct pour *p, const void *buf, uint64_t len, bool more)
{
	p->dst_events = POLLOUT;
	if (p->dst.kind == POUR_CALL)
		return pour_io_believed(
			p->dst.writer(p->dst.context, buf, len, &p->dst_events),
			len);
	if (p->dst.kind == POUR_SOCKET)
		return pour_sys_send(p->dst.fd, buf, len, more ? MSG_MORE : 0);
	return pour_sys_write(p->dst.fd, buf, len, pour_dst_offset(p));
}
