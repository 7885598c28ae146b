/* SPDX-License-Identifier: MIT */
/* Threads started, stopped, joined: see crew.h. */
#include "net/crew.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/base.h"

uint32_t crew_size(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return MAX((uint32_t)CPU_COUNT(&set), 1U);
}

int crew_init(struct crew *c, uint32_t n, const struct crew_work *work)
{
	*c = (struct crew){ .work = *work, .n = n };
	c->over_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->over_fd < 0)
		return -errno;
	c->members = calloc(n, sizeof(*c->members));
	return c->members == NULL ? -ENOMEM : 0;
}

void crew_done(struct crew *c)
{
	if (c->over_fd > 0)
		(void)close(c->over_fd);
	free(c->members);
	*c = (struct crew){ .over_fd = -1 };
}

static void leave(struct crew *c)
{
	const uint64_t one = 1;

	if (atomic_fetch_sub(&c->n_running, 1) == 1)
		(void)!write(c->over_fd, &one, sizeof(one));
}

/* One that fails takes the others along, rather than leave a part working. */
static void *member_main(void *context)
{
	struct crew_member *m = context;
	struct crew *c = m->crew;

	m->result = c->work.run(c->work.context, (uint32_t)(m - c->members));
	if (m->result < 0)
		c->work.cut(c->work.context);
	leave(c);
	return NULL;
}

static int start_one(struct crew *c)
{
	struct crew_member *m = &c->members[c->n_started];
	int r;

	m->crew = c;
	atomic_fetch_add(&c->n_running, 1);
	r = pthread_create(&m->id, NULL, member_main, m);
	if (r == 0)
		c->n_started++;
	else
		leave(c);
	return -r;
}

int crew_start(struct crew *c, int error)
{
	sigset_t all, before;
	int r = error;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	c->started = true;
	/* Counted as running itself, so that none is the last too early. */
	atomic_fetch_add(&c->n_running, 1);
	while (r == 0 && c->n_started < c->n)
		r = start_one(c);
	if (r < 0)
		c->work.cut(c->work.context);
	leave(c);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->start_result = r;
	return r;
}

int crew_join(struct crew *c)
{
	int r = c->start_result;

	for (uint32_t i = 0; i < c->n_started; i++) {
		(void)pthread_join(c->members[i].id, NULL);
		if (r == 0)
			r = c->members[i].result;
	}
	c->n_started = 0;
	c->started = false;
	return r < 0 ? r : 0;
}
