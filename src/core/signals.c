/* SPDX-License-Identifier: MIT */
/* Keeps the signals of our calls from the caller: see signals.h. */
#include "core/signals.h"

#include "core/sys.h"

static const int ours[] = { SIGPIPE, SIGXFSZ };

enum { OURS = sizeof(ours) / sizeof(ours[0]) };

/* send() has a flag against it, so a plan of copying to a socket is safe, if
 * nothing else can come into use meanwhile. */
static bool may_raise(const struct pour *p)
{
	return p->dst.kind != POUR_SOCKET || p->adapts ||
	       p->plan[p->now] != POUR_BY_COPY;
}

void pour_signals_block(const struct pour *p, struct signals *ret)
{
	sigset_t set;
	bool blocked = false;

	ret->masked = may_raise(p);
	if (!ret->masked)
		return;
	sigemptyset(&set);
	for (int i = 0; i < OURS; i++)
		sigaddset(&set, ours[i]);
	sigemptyset(&ret->pending);
	(void)pour_sys_sigmask(SIG_BLOCK, &set, &ret->before);
	/* Only what was blocked before can be pending already. */
	for (int i = 0; i < OURS; i++)
		blocked |= sigismember(&ret->before, ours[i]) == 1;
	if (blocked)
		(void)pour_sys_sigpending(&ret->pending);
}

/* Takes the signals that are pending now and were not before. */
static void eat(const struct signals *s)
{
	sigset_t now, set;

	sigemptyset(&now);
	(void)pour_sys_sigpending(&now);
	for (int i = 0; i < OURS; i++) {
		if (sigismember(&now, ours[i]) != 1 ||
		    sigismember(&s->pending, ours[i]) == 1)
			continue;
		sigemptyset(&set);
		sigaddset(&set, ours[i]);
		(void)pour_sys_sigtake(&set);
	}
}

void pour_signals_restore(const struct signals *s)
{
	/* A call that succeeds raises as well: sendfile() at a limit of size,
	 * splice() to a peer that went away when some was taken. */
	eat(s);
	(void)pour_sys_sigmask(SIG_SETMASK, &s->before, NULL);
}
