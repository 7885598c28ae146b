/* SPDX-License-Identifier: MIT */
/*
 * SIGPIPE and SIGXFSZ around calls that have no flag against them (sendfile,
 * splice, write): blocked in the calling thread, and the one that we caused is
 * eaten. One that was pending before stays pending.
 */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

#include <pour.h>
#include <signal.h>
#include <stdbool.h>

struct signals {
	bool masked;
	sigset_t before;  /* the mask of the thread */
	sigset_t pending; /* of ours, before */
};

void pour_signals_block(const struct pour *p, struct signals *ret);
void pour_signals_restore(const struct signals *s);

static inline void pour_signals_mask(const struct pour *p, struct signals *ret)
{
	ret->masked = !(p->opts.flags & POUR_SIGNALS_IGNORED);
	if (ret->masked)
		pour_signals_block(p, ret);
}

static inline void pour_signals_unmask(const struct signals *s)
{
	if (s->masked)
		pour_signals_restore(s);
}

#endif
