/* SPDX-License-Identifier: MIT */
/* A relay's descriptors, and its blocking driver. */
#include <errno.h>
#include <limits.h>
#include <pour.h>

#include "base/base.h"
#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

/* One entry a descriptor: what both directions want of it. */
static int merge(struct pollfd *fds, int n, struct pollfd fd)
{
	for (int i = 0; i < n; i++) {
		if (fds[i].fd == fd.fd) {
			fds[i].events = (short)(fds[i].events | fd.events);
			return n;
		}
	}
	fds[n] = fd;
	return n + 1;
}

int pour_relay_pollfds(const struct pour_relay *r, struct pollfd *fds)
{
	int n = 0, lonely = pour_relay_lonely_fd(r);

	for (unsigned i = 0; i < 2; i++) {
		struct pollfd of_flow[2];
		int k = pour_flow_pollfds(&r->flow[i], of_flow);

		for (int j = 0; j < k; j++)
			n = merge(fds, n, of_flow[j]);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct pollfd unheard = { .events = POLLERR };

		unheard.fd = pour_relay_unheard_fd(r, i);
		if (unheard.fd >= 0)
			n = merge(fds, n, unheard);
	}
	if (lonely >= 0)
		n = merge(fds, n,
			  (struct pollfd){ .fd = lonely, .events = POLLERR });
	return n;
}

short pour_relay_events(const struct pour_relay *r, int fd)
{
	struct pollfd fds[4];
	int n = pour_relay_pollfds(r, fds);

	for (int i = 0; i < n; i++)
		if (fds[i].fd == fd)
			return fds[i].events;
	return 0;
}

static bool is_cancelled(const struct pour_relay *r)
{
	struct pollfd fd = { .fd = r->opts->cancel_fd, .events = POLLIN };

	return r->opts->flags & POUR_CANCELLABLE &&
	       pour_sys_poll(&fd, 1, 0) > 0;
}

static int wait_for(struct pour_relay *r, int want)
{
	uint64_t ns = pour_relay_wait_ns(r), ms = ns / 1000000 + 1;
	struct pollfd fds[5];
	int n = pour_relay_pollfds(r, fds), e;

	for (unsigned i = 0; i < 2; i++)
		if (r->flow[i].want & POUR_WANT_DISK)
			(void)pour_warm(r->flow[i].p);
	if (want & (POUR_WANT_CPU | POUR_WANT_DISK))
		return 0;
	if (n == 0 && ns == UINT64_MAX)
		return -EAGAIN; /* functions without a descriptor */
	if (r->opts->flags & POUR_CANCELLABLE)
		fds[n++] = (struct pollfd){ .fd = r->opts->cancel_fd,
					    .events = POLLIN };
	e = pour_sys_poll(fds, (unsigned)n,
			  ns == UINT64_MAX ? -1
					   : (int)MIN(ms, (uint64_t)INT_MAX));
	return e == -EINTR ? 0 : MIN(e, 0);
}

int pour_relay_run(struct pour_relay *r)
{
	int want;

	while ((want = pour_relay_step(r)) > 0) {
		int e;

		if (is_cancelled(r))
			return -ECANCELED;
		e = wait_for(r, want);
		if (e < 0)
			return e;
	}
	return want;
}
