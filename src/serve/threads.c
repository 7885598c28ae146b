/* SPDX-License-Identifier: MIT */
/*
 * The threads of a server: started, stopped, joined.
 *
 *      serve_start ──► worker_run in each ──► the last one out says so (over_fd)
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "http/probe.h"
#include "serve/serve_inside.h"

void serve_stop(struct serve *s, enum serve_how how)
{
	int none = 0;

	if (how == SERVE_NOW)
		atomic_store(&s->shared.stop, SERVE_NOW);
	else
		(void)atomic_compare_exchange_strong(&s->shared.stop, &none,
						     (int)how);
	for (uint32_t i = 0; i < s->n_threads; i++)
		loop_wake(&s->threads[i].worker.loop);
}

static void leave(struct serve *s)
{
	const uint64_t one = 1;

	if (atomic_fetch_sub(&s->n_running, 1) == 1)
		(void)!write(s->over_fd, &one, sizeof(one));
}

/* One that fails takes the others along, rather than leave a part serving. */
static void *thread_main(void *context)
{
	struct thread *t = context;

	t->result = worker_run(&t->worker);
	if (t->result < 0)
		serve_stop(t->serve, SERVE_NOW);
	leave(t->serve);
	return NULL;
}

static int start_one(struct serve *s)
{
	struct thread *t = &s->threads[s->n_started];
	int r;

	atomic_fetch_add(&s->n_running, 1);
	r = pthread_create(&t->id, NULL, thread_main, t);
	if (r == 0)
		s->n_started++;
	else
		leave(s);
	return -r;
}

int serve_start(struct serve *s)
{
	sigset_t all, before;
	int r = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	s->started = true;
	/* Counted as running itself, so that none is the last too early. */
	atomic_fetch_add(&s->n_running, 1);
	while (r == 0 && s->n_started < s->n_threads)
		r = start_one(s);
	if (r == 0 && s->probe != NULL)
		r = probe_start(s->probe);
	if (r < 0)
		serve_stop(s, SERVE_NOW);
	leave(s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->start_result = r;
	return r;
}

int serve_join(struct serve *s)
{
	int r = s->start_result;

	for (uint32_t i = 0; i < s->n_started; i++) {
		(void)pthread_join(s->threads[i].id, NULL);
		if (r == 0)
			r = s->threads[i].result;
	}
	s->n_started = 0;
	s->started = false;
	return r < 0 ? r : 0;
}

int serve_run(struct serve *s)
{
	(void)serve_start(s);
	return serve_join(s);
}
