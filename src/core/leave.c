/* SPDX-License-Identifier: MIT */
/* Leaving a method, and waiting: see leave.h. */
#include "core/leave.h"

#include <errno.h>
#include <sys/socket.h>

#include "core/account.h"
#include "core/learn.h"
#include "core/stream.h"
#include "core/sys.h"

static bool is_among(const int *errnos, int64_t error)
{
	for (; *errnos != 0; errnos++)
		if (error == -*errnos)
			return true;
	return false;
}

bool pour_does_not_suit(const struct pour *p, int64_t error)
{
	const struct method *m = pour_current(p);

	return is_among(m->left_for, error) ||
	       (p->account.moved[p->plan[p->now]] == 0 &&
		is_among(m->left_at_first_for, error));
}

int pour_leave(struct pour *p, enum pour_side side, int64_t error)
{
	pour_note_left(p, error);
	pour_learn(p, error);
	pour_stream_settle(p);
	if (p->plan[p->now + 1] == POUR_METHODS)
		return pour_note_failed(p, side, error);
	p->now++;
	return GO_ON;
}

int pour_leave_pipe(struct pour *p, int64_t error)
{
	size_t i = p->now;

	while (p->plan[i] != POUR_BY_COPY && p->plan[i] != POUR_METHODS)
		i++;
	pour_note_left(p, error);
	pour_stream_settle(p);
	if (p->plan[i] == POUR_METHODS)
		return pour_note_failed(p, POUR_SIDE_DST, error);
	p->now = (uint8_t)i;
	return GO_ON;
}

/* ── One side said "not now" ── */

/*
 * A direct call with EAGAIN does not say which side it meant, so both are
 * asked; waiting for the wrong one would spin. Where both claim to be ready,
 * and again, copying finds out (out-of-band data does that).
 */
static int blocked_between(struct pour *p)
{
	struct pollfd fds[2] = {
		{.fd = p->src.fd,  .events = POLLIN },
		{ .fd = p->dst.fd, .events = POLLOUT}
	};

	if (p->src.kind == POUR_FILE || p->src.kind == POUR_MEMORY)
		return POUR_WANT_DST;
	if (p->dst.kind == POUR_FILE)
		return POUR_WANT_SRC;
	(void)pour_sys_poll(fds, 2, 0);
	if (fds[0].revents == 0)
		return POUR_WANT_SRC;
	if (fds[1].revents == 0)
		return POUR_WANT_DST;
	if (p->dry++ == 0)
		return GO_ON;
	return pour_leave(p, POUR_SIDE_SRC, -EAGAIN);
}

/*
 * At an out-of-band byte splice() says EAGAIN for ever, though the socket is
 * readable, and 0 when the peer closed behind it. recv() tells the truth: >0
 * bytes are there, 0 the end, -EAGAIN none yet.
 */
static int64_t peek(const struct pour *p)
{
	char byte;

	return pour_sys_recv(p->src.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
}

static int64_t poll_ahead(const struct pour *p)
{
	struct pollfd f = { .fd = p->src.fd, .events = POLLIN };
	int r = pour_sys_poll(&f, 1, 0);

	if (r <= 0)
		return r < 0 ? r : -EAGAIN;
	/* A pipe that nobody writes to any more, and that is empty. */
	return p->src.kind != POUR_PIPE || f.revents & POLLIN;
}

int64_t pour_look_ahead(const struct pour *p)
{
	if (p->buffered < p->opts.buffered_size)
		return 1;
	if (p->src.kind == POUR_SOCKET)
		return peek(p);
	if (p->src.kind == POUR_PIPE || p->src.kind == POUR_DEVICE)
		return poll_ahead(p);
	return 1;
}

static bool is_spliced_stream(const struct pour *p)
{
	enum pour_method m = p->plan[p->now];

	return p->src.kind == POUR_SOCKET &&
	       (m == POUR_BY_PIPE || m == POUR_BY_SPLICE);
}

static int past_the_mark(struct pour *p)
{
	if (p->adapts && pour_stream_step_aside(p))
		return GO_ON;
	return pour_leave(p, POUR_SIDE_SRC, -EAGAIN);
}

/* A wake-up that brought nothing is looked into; the first one is common. Who
 * forbids copying waits, whatever it is that splice() does not pass. */
static int blocked_at_source(struct pour *p)
{
	bool may_copy = p->adapts || p->plan[p->now + 1] != POUR_METHODS;

	if (may_copy && is_spliced_stream(p) && p->dry++ > 0 && peek(p) > 0)
		return past_the_mark(p);
	pour_stream_paused(p);
	return POUR_WANT_SRC;
}

int pour_blocked(struct pour *p)
{
	if (p->plan[p->now] == POUR_BY_DIRECT)
		return p->direct_wants;
	if (pour_current(p)->give != NULL)
		return blocked_at_source(p);
	return blocked_between(p);
}

int pour_confirm_end(struct pour *p)
{
	int64_t n;

	/* A file whose size nobody knows (procfs) reads as empty by other
	 * means: before the first byte read() has the last word. */
	if (pour_src_taken(p) == 0 && p->src.kind == POUR_FILE &&
	    p->plan[p->now + 1] != POUR_METHODS)
		return pour_leave(p, POUR_SIDE_SRC, -ENODATA);
	if (!is_spliced_stream(p))
		return 0;
	n = peek(p);
	if (n == -EAGAIN)
		return POUR_WANT_SRC;
	if (n < 0 && n != -EINTR)
		return pour_note_failed(p, POUR_SIDE_SRC, n);
	return n == 0 ? 0 : past_the_mark(p);
}
