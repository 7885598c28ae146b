/* SPDX-License-Identifier: MIT */
/* The turns of one thread, and how they end. */
#include "serve/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/admit.h"
#include "serve/gate.h"
#include "serve/lease.h"
#include "serve/observe.h"
#include "serve/pace.h"
#include "serve/session.h"

/* Kept for the next request; about 50 KiB each. */
enum { FREE_WORKS_MAX = 64 };
/* How long a connection that never asked anything may still begin to. */
enum { FIRST_AFTER_MS = 1000 };

static void grace_over(struct timer *t)
{
	container_of(t, struct worker, grace)->cut = true;
}

/* No bound of its own where a window is without one. */
static uint64_t least_of(const struct serve_opts *opts)
{
	uint64_t least;

	if (opts->min_rate == SERVE_ANY_RATE ||
	    __builtin_mul_overflow(opts->min_rate,
				   (uint64_t)opts->body_timeout_ms, &least))
		return 0;
	return least / 1000;
}

/* Those that run already are due when they were, or somewhat later. */
void worker_set_times(struct worker *w, const struct serve_opts *opts)
{
	w->head_late.after_ms = opts->header_timeout_ms;
	w->idle_late.after_ms = opts->idle_timeout_ms;
	w->body_late.after_ms = MAX(opts->body_timeout_ms / ADVANCE_LOOKS, 1U);
	w->least = least_of(opts);
	w->head_size = opts->header_size;
	w->head_fields = opts->header_fields;
	w->rounds_max = opts->pipelined;
	w->log = opts->log;
	w->linger_late.after_ms = opts->linger_timeout_ms;
	w->grace_late.after_ms = opts->grace_ms;
}

static void init_queue(struct worker *w, struct timer_queue *q,
		       uint32_t after_ms, timer_fired *fired)
{
	timer_queue_init(q, after_ms, fired);
	loop_add_queue(&w->loop, q);
}

static void init_queues(struct worker *w)
{
	init_queue(w, &w->head_late, 0, session_head_late);
	init_queue(w, &w->idle_late, 0, session_late);
	init_queue(w, &w->body_late, 0, session_body_late);
	init_queue(w, &w->linger_late, 0, session_late);
	init_queue(w, &w->first_late, FIRST_AFTER_MS, session_late);
	init_queue(w, &w->grace_late, 0, grace_over);
	waits_init(&w->waits, &w->loop, pace_over);
	worker_set_times(w, &w->shared->opts);
	timer_init(&w->grace);
}

/* All that the options ask for. */
static int take_change(struct adopter *a, const void *what)
{
	struct worker *w = container_of(a, struct worker, adopter);
	const struct served *served = what;
	int r = lease_change(w, served->sites);

	if (r == 0)
		worker_set_times(w, &served->opts);
	return r;
}

int worker_init(struct worker *w, struct shared *shared)
{
	int r;

	memset(w, 0, sizeof(*w));
	w->shared = shared;
	w->loop.epoll_fd = w->loop.wake_fd = -1;
	list_init(&w->sessions);
	list_init(&w->running);
	list_init(&w->arrived);
	list_init(&w->checked);
	(void)pthread_mutex_init(&w->checked_lock, NULL);
	adopter_init(&w->adopter, &w->loop, &w->door, take_change);
	cache_init(&w->cache, NULL);
	log_lines_init(&w->lines, &shared->log);
	w->door.reserve_fd = -1;
	list_init(&w->door.listeners);
	r = loop_init(&w->loop);
	if (r < 0)
		return r;
	init_queues(w);
	door_init(&w->door, &w->loop, admit_one);
	return pour_pool_new(&w->pool, 0, 0);
}

/*
 * Pages of their own, and not the heap's: what a crowd needed for a moment goes
 * back to the system, however small things lie around it that stay.
 */
static struct work *work_new(void)
{
	void *work = mmap(NULL, sizeof(struct work), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return work == MAP_FAILED ? NULL : work;
}

static void work_free(struct work *work)
{
	(void)munmap(work, sizeof(*work));
}

void worker_done(struct worker *w)
{
	door_done(&w->door);
	while (w->free_works != NULL) {
		struct work *work = w->free_works;

		w->free_works = work->next_free;
		work_free(work);
	}
	cache_done(&w->cache);
	gate_collect(w);
	lease_end(w);
	adopter_done(&w->adopter);
	(void)pthread_mutex_destroy(&w->checked_lock);
	(void)pour_pool_free(w->pool);
	loop_done(&w->loop);
}

struct work *worker_take(struct worker *w)
{
	struct work *work = w->free_works;

	if (work != NULL) {
		w->free_works = work->next_free;
		w->n_free_works--;
	} else {
		work = work_new();
		if (work == NULL)
			return NULL;
	}
	counter_add(&w->tally.metrics.busy, 1);
	work->refusal = 0;
	work->lease = NULL;
	work->check = NULL;
	work->gate = 0;
	work->answers = false;
	work->in_len = work->looked = 0;
	work->left_body = false;
	work->started_ms = w->loop.now_ms;
	head_init(&work->head);
	return work;
}

void worker_give(struct worker *w, struct work *work)
{
	counter_add(&w->tally.metrics.busy, UINT64_MAX);
	if (w->n_free_works >= FREE_WORKS_MAX) {
		work_free(work);
		return;
	}
	work->next_free = w->free_works;
	w->free_works = work;
	w->n_free_works++;
}

/* ── Stopping ── */

/* What waits in the queue was promised a connection by the kernel already. */
static void drain(struct worker *w)
{
	w->draining = true;
	door_last(&w->door);
	timer_start(&w->grace_late, &w->grace, w->loop.now_ms);
	session_drain_all(&w->sessions);
}

static bool is_over(struct worker *w)
{
	int stop = atomic_load_explicit(&w->shared->stop, memory_order_relaxed);

	if (stop == SERVE_NOW)
		w->cut = true;
	else if (stop == SERVE_DRAIN && !w->draining)
		drain(w);
	return w->cut || (w->draining && list_is_empty(&w->sessions));
}

/* ── A turn ── */

/* Those before the end, which is the queue itself, or a marker in it. */
static void run_until(const struct list *queue, const struct list *end)
{
	while (queue->next != end) {
		struct list *first = queue->next;

		list_remove(first);
		session_go_on(first);
	}
}

/*
 * What they asked for was read before any of these files is opened, so that
 * they need not wait for the next turn; but what others had opened in this one
 * may be older than their requests.
 */
static void run_arrived(struct worker *w)
{
	if (list_is_empty(&w->arrived))
		return;
	cache_empty(&w->cache);
	run_until(&w->arrived, &w->arrived);
}

/* Lines that were not taken are not left behind until something happens. */
static uint64_t may_wait(const struct worker *w)
{
	return log_waits(&w->lines) ? LOG_AGAIN_MS : UINT64_MAX;
}

static bool is_asked(atomic_bool *flag)
{
	return atomic_load_explicit(flag, memory_order_relaxed) &&
	       atomic_exchange(flag, false);
}

static int turn(struct worker *w)
{
	bool idle = list_is_empty(&w->running) && list_is_empty(&w->arrived);
	struct list marker;
	int r;

	list_init(&marker);
	list_append(&w->running, &marker);
	r = loop_turn(&w->loop, !idle ? 0 : may_wait(w));
	gate_collect(w);
	run_until(&w->running, &marker);
	list_remove(&marker);
	run_arrived(w);
	cache_empty(&w->cache);
	adopt_offered(&w->adopter, w->draining);
	log_flush(&w->lines);
	metrics_note_pool(&w->tally.metrics, w->pool);
	if (is_asked(&w->dump))
		observe_dump(w);
	return r;
}

int worker_run(struct worker *w)
{
	int r = 0;

	while (r >= 0 && !is_over(w))
		r = turn(w);
	adopt_nothing_more(&w->adopter);
	door_close(&w->door);
	session_cut_all(&w->sessions);
	cache_empty(&w->cache);
	log_lines_done(&w->lines);
	return r;
}
