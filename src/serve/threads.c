/* SPDX-License-Identifier: MIT */
/* The threads of a server: started, stopped, joined. */
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

static int run_thread(void *context, uint32_t i)
{
	struct serve *s = context;

	return worker_run(&s->threads[i].worker);
}

static void cut(void *context)
{
	serve_stop(context, SERVE_NOW);
}

int serve_init_crew(struct serve *s)
{
	const struct crew_work work = { run_thread, cut, s };

	return crew_init(&s->crew, s->n_threads, &work);
}

int serve_start(struct serve *s)
{
	return crew_start(&s->crew, 0);
}

int serve_join(struct serve *s)
{
	return crew_join(&s->crew);
}

int serve_run(struct serve *s)
{
	(void)serve_start(s);
	return serve_join(s);
}

int serve_over_fd(const struct serve *s)
{
	return s->crew.over_fd;
}
