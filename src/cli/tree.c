/* SPDX-License-Identifier: MIT */
/* The order of things in the copy of a tree: see tree.h. */
#include "cli/tree.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/moment.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/signals.h"

/*
 * Descriptors: those of the program and of what is opened for a moment, and of
 * each thread (source, copy, the source for its holes, a pipe, a link's two).
 * The rest is for folders, two each, as many as help and not more.
 */
enum { FDS_OWN = 12, FDS_EACH = 5, OPEN_MIN = 3, OPEN_MAX = 256 };

enum { THREADS_MIN = 2 };

/* ── How many ── */

static unsigned cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return THREADS_MIN;
	return (unsigned)MAX(CPU_COUNT(&set), THREADS_MIN);
}

static unsigned files_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    limit.rlim_cur >
		    FDS_OWN + 2 * OPEN_MAX + FDS_EACH * TREE_THREADS_MAX)
		return FDS_OWN + 2 * OPEN_MAX + FDS_EACH * TREE_THREADS_MAX;
	return (unsigned)limit.rlim_cur;
}

static void share_descriptors(struct tree *t)
{
	unsigned left = files_limit();
	unsigned least = FDS_OWN + 2 * OPEN_MIN;
	unsigned room = left > least ? (left - least) / FDS_EACH : 0;

	if (t->n_workers == 0)
		t->n_workers = cpus();
	room = MIN(room, (unsigned)TREE_THREADS_MAX);
	room = MAX(room, 1U);
	t->n_workers = MIN(t->n_workers, room);
	left -= MIN(left, FDS_OWN + FDS_EACH * t->n_workers);
	t->open_max = MIN(left / 2, (unsigned)OPEN_MAX);
	t->open_max = MAX(t->open_max, (unsigned)OPEN_MIN);
}

/* ── All of it ── */

static int init(struct tree *t)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&t->screen, NULL);
	(void)pthread_mutex_init(&t->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&t->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	t->links = tree_links_new();
	t->began_ns = moment_ns();
	/* Each file is given its mode; folders of ours are ours alone. */
	t->mode_mask = (mode_t)~umask(0);
	t->uid = geteuid();
	t->gid = getegid();
	share_descriptors(t);
	return t->links == NULL ? say_error("memory", -ENOMEM) : EXIT_DONE;
}

static void done(struct tree *t)
{
	tree_links_free(t->links);
	if (t->top != NULL) {
		base_close_fd(&t->top->src);
		base_close_fd(&t->top->dst);
	}
	tree_folder_unref(t->top);
	free(t->inside);
	(void)pthread_cond_destroy(&t->changed);
	(void)pthread_mutex_destroy(&t->lock);
	(void)pthread_mutex_destroy(&t->screen);
}

static void sync_all(struct tree *t)
{
	if (t->values.sync && syncfs(t->top->dst) < 0)
		tree_error(t, NULL, NULL, true, -errno);
}

static int copy(struct tree *t)
{
	struct progress_opts opts = {
		.when = (enum progress_when)t->values.progress,
		.json = t->values.json,
		.output = -1,
	};
	struct pour_account total;

	progress_begin(&t->progress, &opts);
	t->counts.folders = 1;
	if (tree_queue_begin(t) < 0)
		tree_error(t, NULL, NULL, false, -ENOMEM);
	else
		tree_walk(t);
	tree_queue_end(t);
	tree_walk_end(t);
	sync_all(t);
	total = tree_total(t);
	t->progress.files = t->counts.files;
	progress_end(&t->progress, &total);
	if (signals_stop() != 0)
		return EXIT_SIGNAL + signals_stop();
	return t->counts.failed > 0 ? EXIT_SOME : EXIT_DONE;
}

/* ── What is said at the end ── */

static void explain(struct tree *t)
{
	const struct tree_counts *n = &t->counts;
	struct pour_account total = tree_total(t);

	say("%llu files, %llu folders, %llu others; %llu left as they are, "
	    "%llu failed",
	    (unsigned long long)n->files, (unsigned long long)n->folders,
	    (unsigned long long)n->others, (unsigned long long)n->same,
	    (unsigned long long)n->failed);
	report_explain(NULL, &total);
}

static void report(struct tree *t, int code)
{
	struct pour_account total = tree_total(t);
	struct progress_view v = progress_view(&t->progress, &total);
	struct report_end end = { .src = t->src_name,
				  .dst = t->dst_name,
				  .exit_code = code,
				  .failed = t->counts.failed };

	if (t->values.explain)
		explain(t);
	if (t->values.json)
		report_json_end(&v, &end);
}

int tree_run(const struct copy *c, const char *const operands[2])
{
	struct tree *t = calloc(1, sizeof(*t));
	int r;

	if (t == NULL)
		return say_error("memory", -ENOMEM);
	t->values = c->values;
	t->preserve = c->preserve;
	t->src_name = operands[0];
	t->dst_name = operands[1];
	t->n_workers = (unsigned)c->values.threads;
	signals_watch();
	r = init(t);
	if (r == EXIT_DONE)
		r = tree_open(t);
	if (r == EXIT_DONE)
		r = copy(t);
	report(t, r);
	done(t);
	free(t);
	return r;
}
