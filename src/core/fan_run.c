/* SPDX-License-Identifier: MIT */
/* A fan's blocking driver. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/base.h"
#include "core/fan.h"
#include "core/sys.h"

static int wait_for(struct pour_fan *f, struct pollfd *fds, unsigned room,
		    int want)
{
	unsigned n = pour_fan_pollfds(f, fds, room);
	uint64_t ns = pour_fan_wait_ns(f), ms = ns / 1000000 + 1;
	int r;

	if (f->want & POUR_WANT_DISK)
		(void)pour_warm(&f->in);
	if (want & (POUR_WANT_CPU | POUR_WANT_DISK))
		return 0;
	if (n == 0 && ns == UINT64_MAX)
		return -EAGAIN; /* functions without a descriptor */
	r = pour_sys_poll(fds, n,
			  ns == UINT64_MAX ? -1
					   : (int)MIN(ms, (uint64_t)INT_MAX));
	return r == -EINTR ? 0 : MIN(r, 0);
}

/* opts.progress, of the way from the source; not 0: stop. */
static int look(const struct pour_fan *f)
{
	const struct pour_opts *o = &f->in.opts;

	if (o->progress == NULL ||
	    o->progress(o->progress_context, &f->in.account) == 0)
		return 0;
	return -ECANCELED;
}

int pour_fan_run(struct pour_fan *f)
{
	unsigned room = 2 * (f->n_branches + 1);
	struct pollfd *fds = calloc(room, sizeof(*fds));
	int r = fds != NULL ? 0 : -ENOMEM, want = 1;

	while (r == 0 && want > 0) {
		want = pour_fan_step(f);
		if (want > 0)
			r = look(f);
		if (want > 0 && r == 0)
			r = wait_for(f, fds, room, want);
	}
	free(fds);
	return r < 0 ? r : want;
}
