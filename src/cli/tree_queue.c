/* SPDX-License-Identifier: MIT */
/*
 * Batches of names, from the walker to the workers. There are so many batches,
 * and no more: when all are on their way, the walker works on one itself.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/signals.h"
#include "cli/tree.h"

enum { BATCHES_EACH = 4, WAIT_NS = 100 * 1000 * 1000, SECOND = 1000000000 };

static void lock(struct tree *t)
{
	(void)pthread_mutex_lock(&t->lock);
}

static void unlock(struct tree *t)
{
	(void)pthread_mutex_unlock(&t->lock);
}

/* ── One batch ── */

/* Under the lock. */
static struct tree_batch *take(struct tree *t)
{
	struct tree_batch *b = t->first;

	if (b == NULL)
		return NULL;
	t->first = b->next;
	if (t->first == NULL)
		t->last = &t->first;
	t->busy++;
	return b;
}

static void put_back(struct tree *t, struct tree_batch *b)
{
	lock(t);
	tree_folder_unref(b->folder);
	b->next = t->spare;
	t->spare = b;
	t->busy--;
	(void)pthread_cond_broadcast(&t->changed);
	unlock(t);
}

static void work_on(struct tree_worker *w, struct tree_batch *b)
{
	const char *name = b->names;

	for (unsigned i = 0; i < b->n && signals_stop() == 0; i++) {
		tree_entry(w, b->folder, (enum tree_kind)name[0], name + 1);
		name += strlen(name) + 1;
		if (w->is_main)
			tree_look(w->tree);
	}
	tree_folder_leave(w->tree, b->folder);
	put_back(w->tree, b);
}

/* ── Workers ── */

static void *work(void *arg)
{
	struct tree_worker *w = arg;
	struct tree *t = w->tree;

	lock(t);
	for (;;) {
		struct tree_batch *b = take(t);

		if (b == NULL && t->over)
			break;
		if (b == NULL) {
			(void)pthread_cond_wait(&t->changed, &t->lock);
			continue;
		}
		unlock(t);
		work_on(w, b);
		lock(t);
	}
	unlock(t);
	return NULL;
}

/* One that cannot be had is one less. */
static void start_workers(struct tree *t)
{
	sigset_t all, before;
	unsigned n = t->n_workers;

	/* Signals are the walker's. */
	sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	for (unsigned i = 1; i < n; i++)
		if (pthread_create(&t->workers[i].thread, NULL, work,
				   &t->workers[i]) != 0) {
			t->n_workers = i;
			break;
		}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

int tree_queue_begin(struct tree *t)
{
	t->last = &t->first;
	for (unsigned i = 0; i < t->n_workers * BATCHES_EACH; i++) {
		struct tree_batch *b = malloc(sizeof(*b));

		if (b == NULL)
			return -ENOMEM;
		b->next = t->spare;
		t->spare = b;
	}
	for (unsigned i = 0; i < t->n_workers; i++) {
		struct tree_worker *w = &t->workers[i];

		w->tree = t;
		w->is_main = i == 0;
		if (pour_pool_new(&w->pool, 1, 0) < 0)
			return -ENOMEM;
	}
	start_workers(t);
	return 0;
}

/* ── The walker ── */

/* Under the lock: until something changes, or it is time to draw. */
static void wait_a_little(struct tree *t)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_NS;
	if (until.tv_nsec >= SECOND) {
		until.tv_nsec -= SECOND;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&t->changed, &t->lock, &until);
}

bool tree_queue_help(struct tree *t)
{
	struct tree_batch *b;
	bool busy;

	lock(t);
	b = take(t);
	busy = b != NULL || t->busy > 0;
	if (b == NULL && busy)
		wait_a_little(t);
	unlock(t);
	if (b != NULL)
		work_on(&t->workers[0], b);
	tree_look(t);
	return busy;
}

void tree_queue_flush(struct tree *t)
{
	struct tree_batch *b = t->filling;

	if (b == NULL)
		return;
	t->filling = NULL;
	lock(t);
	b->next = NULL;
	*t->last = b;
	t->last = &b->next;
	(void)pthread_cond_broadcast(&t->changed);
	unlock(t);
}

static struct tree_batch *take_spare(struct tree *t, struct tree_folder *f)
{
	struct tree_batch *b;

	lock(t);
	b = t->spare;
	if (b != NULL) {
		t->spare = b->next;
		f->users++;
		f->refs++;
		b->folder = f;
		b->n = 0;
		b->len = 0;
	}
	unlock(t);
	return b;
}

void tree_queue_add(struct tree *t, struct tree_folder *f, enum tree_kind kind,
		    const char *name)
{
	size_t size = 1 + strlen(name) + 1;
	struct tree_batch *b = t->filling;

	if (b != NULL &&
	    (b->n == TREE_BATCH_NAMES || size > sizeof(b->names) - b->len)) {
		tree_queue_flush(t);
		b = NULL;
	}
	while (b == NULL && (b = take_spare(t, f)) == NULL)
		(void)tree_queue_help(t);
	t->filling = b;
	b->names[b->len] = (char)kind;
	memcpy(b->names + b->len + 1, name, size - 1);
	b->len += size;
	b->n++;
}

static void free_all(struct tree *t)
{
	while (t->spare != NULL) {
		struct tree_batch *b = t->spare;

		t->spare = b->next;
		free(b);
	}
	for (unsigned i = 0; i < TREE_THREADS_MAX; i++)
		t->workers[i].pool = pour_pool_free(t->workers[i].pool);
}

void tree_queue_end(struct tree *t)
{
	while (tree_queue_help(t))
		;
	lock(t);
	t->over = true;
	(void)pthread_cond_broadcast(&t->changed);
	unlock(t);
	for (unsigned i = 1; i < t->n_workers; i++)
		(void)pthread_join(t->workers[i].thread, NULL);
	free_all(t);
}
