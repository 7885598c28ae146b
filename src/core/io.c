/* SPDX-License-Identifier: MIT */
/* Reading and writing by way of memory: see io.h. */
#include "core/io.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/method.h"
#include "core/sys.h"

/* A function that says it moved more than it was given would lie to us. */
static int64_t believed(int64_t n, uint64_t len)
{
	return n > 0 && (uint64_t)n > len ? -EOVERFLOW : n;
}

static int64_t from_memory(const struct pour *p, void *buf, uint64_t len)
{
	uint64_t n = MIN(len, p->src.size - pour_src_taken(p));

	if (n > 0)
		memcpy(buf, pour_src_memory(p), n);
	return (int64_t)n;
}

int64_t pour_io_read(struct pour *p, void *buf, uint64_t len)
{
	if (p->src.kind == POUR_MEMORY)
		return from_memory(p, buf, len);
	p->src_events = POLLIN;
	if (p->src.kind == POUR_CALL)
		return believed(
			p->src.reader(p->src.context, buf, len, &p->src_events),
			len);
	return pour_sys_read(p->src.fd, buf, len, pour_src_offset(p));
}

int64_t pour_io_write(struct pour *p, const void *buf, uint64_t len, bool more)
{
	p->dst_events = POLLOUT;
	if (p->dst.kind == POUR_CALL)
		return believed(
			p->dst.writer(p->dst.context, buf, len, &p->dst_events),
			len);
	if (p->dst.kind == POUR_SOCKET)
		return pour_sys_send(p->dst.fd, buf, len, more ? MSG_MORE : 0);
	return pour_sys_write(p->dst.fd, buf, len, pour_dst_offset(p));
}
