/* SPDX-License-Identifier: MIT */
/*
 * A function end that moves bytes to or from a descriptor by itself, as a TLS
 * session can whose records the kernel encrypts (SSL_sendfile()).
 *
 *      file ──fd and offset──► function ──► wherever it goes
 *
 * The same question that io.Copy asks with WriteTo and ReadFrom.
 */
#include <errno.h>
#include <poll.h>

#include "base/base.h"
#include "core/account.h"
#include "core/around.h"
#include "core/io.h"
#include "core/method.h"

static bool has_fd(const struct pour_end *e)
{
	return e->kind != POUR_MEMORY && e->kind != POUR_CALL;
}

static bool is_direct(const struct pour_end *e)
{
	return e->kind == POUR_CALL && e->direct != NULL;
}

static bool suits(const struct pour *p)
{
	return (is_direct(&p->dst) && has_fd(&p->src)) ||
	       (is_direct(&p->src) && has_fd(&p->dst));
}

/* What to poll for: the function's own wish, or the other end's readiness. */
static void note_wait(struct pour *p, short wish, bool to_function)
{
	p->src_events = POLLIN;
	p->dst_events = POLLOUT;
	if (wish == 0) {
		p->direct_wants = to_function ? POUR_WANT_SRC : POUR_WANT_DST;
	} else if (to_function) {
		p->direct_wants = POUR_WANT_DST;
		p->dst_events = wish;
	} else {
		p->direct_wants = POUR_WANT_SRC;
		p->src_events = wish;
	}
}

static int64_t take(struct pour *p, uint64_t max)
{
	bool to_function = is_direct(&p->dst) && has_fd(&p->src);
	const struct pour_end *f = to_function ? &p->dst : &p->src;
	const struct pour_end *other = to_function ? &p->src : &p->dst;
	uint64_t offset = to_function ? pour_src_offset(p) : pour_dst_offset(p);
	uint64_t count = MIN(pour_call_bound(max), pour_body_left(p));
	short wish = 0;
	int64_t n;

	pour_note_call(p, POUR_BY_DIRECT);
	n = f->direct(f->context, other->fd, offset, (size_t)count, &wish);
	n = pour_io_believed(n, count);
	if (n > 0)
		pour_note_moved(p, POUR_BY_DIRECT, n);
	if (n == -EAGAIN)
		note_wait(p, wish, to_function);
	/* The next bytes are not for this way, the ones behind them may be. */
	if (n == -ENODATA)
		return pour_by_copy.take(p, max);
	return n;
}

const struct method pour_by_direct = {
	.name = "direct",
	.suits = suits,
	.take = take,
	.left_for = (const int[]){EINVAL,  EOPNOTSUPP, ENOSYS, 0 },
	.left_at_first_for = (const int[]){ 0},
};
