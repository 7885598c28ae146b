/* SPDX-License-Identifier: MIT */
/* Changes, offered and adopted: see adopt.h. */
#include "net/adopt.h"

#include <unistd.h>

#include "net/door.h"
#include "net/listen.h"
#include "net/loop.h"

void adopter_init(struct adopter *a, struct loop *loop, struct door *door,
		  adopt_take *take)
{
	*a = (struct adopter){ .loop = loop, .door = door, .take = take };
	(void)pthread_mutex_init(&a->lock, NULL);
}

void adopter_done(struct adopter *a)
{
	(void)pthread_mutex_destroy(&a->lock);
}

/* ── In the thread ── */

static void close_newcomers(const struct change *c)
{
	for (uint32_t i = 0; i < c->n_newcomers; i++)
		(void)close(c->newcomers[i].fd);
}

/* One that cannot be watched is closed, so that nobody queues there. */
static int take_newcomers(struct door *d, const struct change *c)
{
	int result = 0;

	for (uint32_t i = 0; i < c->n_newcomers; i++) {
		int fd = c->newcomers[i].fd;
		int r = door_add(d, c->newcomers[i].id, fd);

		if (r < 0) {
			(void)close(fd);
			result = r;
		}
	}
	return result;
}

/* What is new comes first: whom a new listener lets in finds it there. */
static void adopt(struct adopter *a)
{
	struct change *c = &a->change;
	int r = a->take(a, c->what);

	if (r == 0)
		r = take_newcomers(a->door, c);
	else
		close_newcomers(c);
	door_keep(a->door, c->keep, c->n_keep);
	c->result = r;
}

static void decline(struct change *c)
{
	close_newcomers(c);
	c->result = 0;
	(void)sem_post(c->adopted);
}

static bool take_offer(struct adopter *a, bool over)
{
	bool offered;

	(void)pthread_mutex_lock(&a->lock);
	offered = a->offered;
	a->offered = false;
	a->over = over;
	(void)pthread_mutex_unlock(&a->lock);
	return offered;
}

void adopt_offered(struct adopter *a, bool draining)
{
	if (!take_offer(a, false))
		return;
	if (draining) {
		decline(&a->change);
		return;
	}
	adopt(a);
	(void)sem_post(a->change.adopted);
}

void adopt_nothing_more(struct adopter *a)
{
	if (take_offer(a, true))
		decline(&a->change);
}

/* ── From another one ── */

/* One that has ended declines at once. */
static void offer(struct adopter *a)
{
	bool over;

	(void)pthread_mutex_lock(&a->lock);
	over = a->over;
	a->offered = !over;
	(void)pthread_mutex_unlock(&a->lock);
	if (over)
		decline(&a->change);
	else
		loop_wake(a->loop);
}

static void fill_changes(struct adopter *const all[], uint32_t n,
			 const void *what, const struct listen_set *listening,
			 sem_t *adopted)
{
	for (uint32_t i = 0; i < n; i++)
		all[i]->change = (struct change){
			.what = what,
			.keep = listening->ids,
			.n_keep = listening->n,
			.newcomers = listen_newcomers(listening, i),
			.n_newcomers = listening->n_new,
			.adopted = adopted,
		};
}

static void wait_for_all(sem_t *adopted, uint32_t n)
{
	while (n > 0)
		n -= sem_wait(adopted) == 0;
}

int adopt_by_all(struct adopter *const all[], uint32_t n, bool running,
		 const void *what, struct listen_set *listening)
{
	sem_t adopted;
	int r = 0;

	(void)sem_init(&adopted, 0, 0);
	fill_changes(all, n, what, listening, &adopted);
	for (uint32_t i = 0; i < n; i++) {
		if (running)
			offer(all[i]);
		else
			adopt(all[i]);
	}
	if (running)
		wait_for_all(&adopted, n);
	for (uint32_t i = 0; i < n; i++)
		r = r < 0 ? r : all[i]->change.result;
	(void)sem_destroy(&adopted);
	listen_handed(listening);
	return r;
}
