/* SPDX-License-Identifier: MIT */
/* Changes to what a worker serves, and leases on what it served. */
#include "serve/adopt.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/listen.h"
#include "serve/site.h"
#include "serve/worker.h"

/* ── Leases ── */

static void end_lease(struct lease *lease)
{
	(void)sites_drop(lease->sites);
	free(lease);
}

struct lease *adopt_take(struct worker *w)
{
	w->lease->answers++;
	return w->lease;
}

void adopt_give(struct worker *w, struct lease *lease)
{
	if (lease != NULL && --lease->answers == 0 && lease != w->lease)
		end_lease(lease);
}

static int change_lease(struct worker *w, struct sites *sites)
{
	struct lease *before = w->lease;
	struct lease *lease = calloc(1, sizeof(*lease));

	if (lease == NULL)
		return -ENOMEM;
	lease->sites = sites_share(sites);
	w->lease = lease;
	if (before != NULL && before->answers == 0)
		end_lease(before);
	return 0;
}

void adopt_end(struct worker *w)
{
	if (w->lease != NULL)
		end_lease(w->lease);
	w->lease = NULL;
}

/* ── Changes ── */

/* One that cannot be watched is closed, so that nobody queues there. */
static int take_newcomers(struct worker *w, const struct change *c)
{
	int result = 0;

	for (uint32_t i = 0; i < c->n_newcomers; i++) {
		int fd = c->newcomers[i].fd;
		int r = door_add(&w->door, c->newcomers[i].id, fd);

		if (r < 0) {
			(void)close(fd);
			result = r;
		}
	}
	return result;
}

/* The sites come first: whom a new listener lets in finds them there. */
void adopt(struct worker *w, struct change *c)
{
	int r = change_lease(w, c->sites);

	if (r == 0)
		r = take_newcomers(w, c);
	else
		for (uint32_t i = 0; i < c->n_newcomers; i++)
			(void)close(c->newcomers[i].fd);
	door_keep(&w->door, c->keep, c->n_keep);
	worker_set_times(w, c->opts);
	c->result = r;
}

static void decline(struct change *c)
{
	for (uint32_t i = 0; i < c->n_newcomers; i++)
		(void)close(c->newcomers[i].fd);
	c->result = 0;
	(void)sem_post(c->adopted);
}

void adopt_offer(struct worker *w, struct change *c)
{
	bool over;

	(void)pthread_mutex_lock(&w->offer_lock);
	over = w->over;
	if (!over)
		w->offer = c;
	(void)pthread_mutex_unlock(&w->offer_lock);
	if (over)
		decline(c);
	else
		loop_wake(&w->loop);
}

static struct change *take_offer(struct worker *w, bool over)
{
	struct change *c;

	(void)pthread_mutex_lock(&w->offer_lock);
	c = w->offer;
	w->offer = NULL;
	w->over = over;
	(void)pthread_mutex_unlock(&w->offer_lock);
	return c;
}

void adopt_offered(struct worker *w)
{
	struct change *c = take_offer(w, false);

	if (c == NULL)
		return;
	if (w->draining) {
		decline(c);
		return;
	}
	adopt(w, c);
	(void)sem_post(c->adopted);
}

void adopt_nothing_more(struct worker *w)
{
	struct change *c = take_offer(w, true);

	if (c != NULL)
		decline(c);
}
