/* SPDX-License-Identifier: MIT */
/* The blocking driver: step, poll, step, until it ended. */
#include <errno.h>
#include <pour.h>
#include <string.h>

#include "core/sys.h"

/* Nobody else waits for this thread; still, signals want a turn now and then. */
#define BUDGET_BLOCKING (UINT64_C(64) << 20)

int pour_pollfds(const struct pour *p, int want, struct pollfd *fds)
{
	int n = 0;

	if (want & POUR_WANT_SRC && p->src.fd >= 0)
		fds[n++] = (struct pollfd){ .fd = p->src.fd, .events = POLLIN };
	if (want & POUR_WANT_DST)
		fds[n++] = (struct pollfd){ .fd = p->dst.fd,
					    .events = POLLOUT };
	return n;
}

int pour_run(struct pour *p)
{
	struct pollfd fds[2];
	int want;

	if (p->opts.budget == 0)
		p->opts.budget = BUDGET_BLOCKING;
	while ((want = pour_step(p)) > 0) {
		int n = pour_pollfds(p, want, fds);
		int r = n > 0 ? pour_sys_poll(fds, (unsigned)n, -1) : 0;

		if (r < 0 && r != -EINTR)
			return r;
	}
	return want;
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
