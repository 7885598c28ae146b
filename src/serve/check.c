/* SPDX-License-Identifier: MIT */
/* A queue, and the threads that empty it. */
#include "serve/check.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/base.h"
#include "serve/gate.h"
#include "serve/users.h"

enum { THREADS = 2, QUEUE_MAX = 128 };

struct checkers {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list queue;
	unsigned n_queued, n_threads;
	bool stop;
	pthread_t threads[THREADS];
};

/* The next one, or NULL: it is over. */
static struct check *take(struct checkers *c, bool *ret_stop)
{
	struct list *first = NULL;

	(void)pthread_mutex_lock(&c->lock);
	while (list_is_empty(&c->queue) && !c->stop)
		(void)pthread_cond_wait(&c->more, &c->lock);
	if (!list_is_empty(&c->queue)) {
		first = c->queue.next;
		list_remove(first);
		c->n_queued--;
	}
	*ret_stop = c->stop;
	(void)pthread_mutex_unlock(&c->lock);
	return first ? container_of(first, struct check, link) : NULL;
}

static void *run(void *context)
{
	struct checkers *c = context;
	struct check *check;
	bool stop;

	while ((check = take(c, &stop)) != NULL) {
		check->right = !stop &&
			       users_check(check->users, &check->basic);
		explicit_bzero(check->basic.text, BASIC_SIZE);
		gate_return(check);
	}
	return NULL;
}

int check_start(struct checkers **ret)
{
	struct checkers *c = calloc(1, sizeof(*c));
	sigset_t all, before;
	int r = 0;

	if (c == NULL)
		return -ENOMEM;
	list_init(&c->queue);
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->more, NULL);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	while (r == 0 && c->n_threads < THREADS) {
		r = pthread_create(&c->threads[c->n_threads], NULL, run, c);
		c->n_threads += r == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r != 0) {
		(void)check_stop(c);
		return -r;
	}
	*ret = c;
	return 0;
}

struct checkers *check_stop(struct checkers *c)
{
	if (c == NULL)
		return NULL;
	(void)pthread_mutex_lock(&c->lock);
	c->stop = true;
	(void)pthread_cond_broadcast(&c->more);
	(void)pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->n_threads; i++)
		(void)pthread_join(c->threads[i], NULL);
	(void)pthread_cond_destroy(&c->more);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
	return NULL;
}

bool check_ask(struct checkers *c, struct check *check)
{
	bool room;

	(void)pthread_mutex_lock(&c->lock);
	room = c->n_queued < QUEUE_MAX;
	if (room) {
		list_append(&c->queue, &check->link);
		c->n_queued++;
		(void)pthread_cond_signal(&c->more);
	}
	(void)pthread_mutex_unlock(&c->lock);
	return room;
}
