/* SPDX-License-Identifier: MIT */
/* The blocking driver: step, look at the time, poll, until it ended. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "core/account.h"
#include "core/sys.h"
#include "core/watch.h"

/* Nobody else waits for this thread; still, signals want a turn now and then. */
#define BUDGET_BLOCKING (UINT64_C(64) << 20)

int pour_pollfds(const struct pour *p, int want, struct pollfd *fds)
{
	int n = 0;

	if (want & POUR_WANT_SRC && p->src.fd >= 0)
		fds[n++] = (struct pollfd){ .fd = p->src.fd,
					    .events = p->src_events };
	if (want & POUR_WANT_DST && p->dst.fd >= 0)
		fds[n++] = (struct pollfd){ .fd = p->dst.fd,
					    .events = p->dst_events };
	/* POLLERR is reported whether it is asked for or not. */
	else if (want & POUR_WANT_ACK)
		fds[n++] = (struct pollfd){ .fd = p->dst.fd };
	return n;
}

/*
 * A socket that blocks and still says EAGAIN has a time-out of its own. poll()
 * would wait for ever, against the caller's word.
 */
static bool has_timed_out(const struct pour_end *e, int name)
{
	return e->kind == POUR_SOCKET && pour_sys_has_timeout(e->fd, name) &&
	       !(pour_sys_flags(e->fd) & O_NONBLOCK);
}

/* Nobody would ever wake it. */
static bool is_hopeless(const struct pour *p, int want, int n)
{
	return (n == 0 && want & (POUR_WANT_SRC | POUR_WANT_DST)) ||
	       (want & POUR_WANT_TIME && p->wait_ns == UINT64_MAX);
}

static bool is_over(struct pour *p, int want)
{
	return (want & POUR_WANT_SRC && has_timed_out(&p->src, SO_RCVTIMEO)) ||
	       (want & POUR_WANT_DST && has_timed_out(&p->dst, SO_SNDTIMEO));
}

/* 0: step again. Or how it failed. */
static int wait_for(struct pour *p, const struct watch *w, int want)
{
	struct pollfd fds[3];
	int n = pour_pollfds(p, want, fds), ms = pour_watch_ms(w, p, want), r;

	if (want & POUR_WANT_DISK)
		(void)pour_warm(p);
	if (want & (POUR_WANT_CPU | POUR_WANT_DISK))
		return 0;
	if (is_over(p, want))
		return pour_note_stopped(p, POUR_ENDED_TIMEOUT);
	if (is_hopeless(p, want, n))
		return pour_note_failed(
			p, want & POUR_WANT_DST ? POUR_SIDE_DST : POUR_SIDE_SRC,
			-EAGAIN);
	if (p->opts.flags & POUR_CANCELLABLE)
		fds[n++] = (struct pollfd){ .fd = p->opts.cancel_fd,
					    .events = POLLIN };
	r = pour_sys_poll(fds, (unsigned)n, ms);
	if (r >= 0 || r == -EINTR)
		return 0;
	return pour_note_failed(p, POUR_SIDE_NONE, r);
}

/* Before each step, so that a deadline in the past is one. */
static int look(struct pour *p, struct watch *w)
{
	enum pour_ended ended = pour_watch_look(w, p);

	if (ended == POUR_ENDED_NOT && p->opts.progress != NULL &&
	    p->opts.progress(p->opts.progress_context, &p->account) != 0)
		ended = POUR_ENDED_CANCELLED;
	return ended == POUR_ENDED_NOT ? 0 : pour_note_stopped(p, ended);
}

int pour_run(struct pour *p)
{
	struct watch w;
	int r = 0;

	if (p->account.ended != POUR_ENDED_NOT)
		return -p->account.error;
	if (p->opts.budget == 0)
		p->opts.budget = BUDGET_BLOCKING;
	pour_watch_begin(&w, p);
	while (r == 0) {
		int want;

		r = look(p, &w);
		if (r < 0)
			break;
		want = pour_step(p);
		if (want <= 0)
			r = want < 0 ? want : 1;
		else
			r = wait_for(p, &w, want);
	}
	if (p->opts.progress != NULL)
		(void)p->opts.progress(p->opts.progress_context, &p->account);
	return r < 0 ? r : 0;
}

int64_t pour_copy(int dst, int src, uint64_t limit, struct pour_account *ret)
{
	struct pour_end from, to;
	struct pour p;
	int r;

	if (ret != NULL)
		memset(ret, 0, sizeof(*ret));
	r = pour_end_of(&from, src);
	if (r == 0)
		r = pour_end_of(&to, dst);
	if (r == 0)
		r = pour_begin(&p, to, from, limit, NULL);
	if (r != 0)
		return r;
	r = pour_run(&p);
	pour_finish(&p);
	if (ret != NULL)
		*ret = p.account;
	return r < 0 ? r : (int64_t)p.account.delivered;
}
