/* SPDX-License-Identifier: MIT */
/* The bytes of one file of a tree, by a draft: see draft.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/moment.h"
#include "cli/signals.h"
#include "cli/tree.h"

enum { BLOCK = 512, MODE_MAX = 0777, NAP_MS = 100, LARGE = 1024 * 1024 };

/* ── Counting ── */

static int look(void *context, const struct pour_account *a)
{
	struct tree_worker *w = context;

	(void)pthread_mutex_lock(&w->tree->lock);
	w->now = *a;
	(void)pthread_mutex_unlock(&w->tree->lock);
	if (w->is_main)
		tree_look(w->tree);
	return signals_stop();
}

static void count(struct tree_worker *w)
{
	(void)pthread_mutex_lock(&w->tree->lock);
	tree_add(&w->done, &w->transfer.account);
	memset(&w->now, 0, sizeof(w->now));
	(void)pthread_mutex_unlock(&w->tree->lock);
}

/* Many small files have bursts of their own: the sum of them keeps the rate. */
static void keep_rate(struct tree_worker *w)
{
	struct tree *t = w->tree;
	uint64_t rate = t->values.rate;
	const struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };

	if (rate == 0)
		return;
	while (signals_stop() == 0) {
		struct pour_account total = tree_total(t);
		double due = (double)total.delivered / (double)rate;
		double took = (double)(moment_ns() - t->began_ns) /
			      (double)MOMENT_SECOND;

		if (due <= took)
			return;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
		if (w->is_main)
			tree_look(t);
	}
}

/* ── Bytes ── */

static struct pour_opts to_opts(struct tree_worker *w,
				const struct tree_folder *f,
				const struct stat *st)
{
	const struct copy_values *v = &w->tree->values;
	struct pour_opts opts = copy_opts(v);

	opts.pool = w->pool;
	/* One is what was there, the other a draft of ours. */
	opts.flags |= POUR_APART;
	opts.rate = v->rate > 0 ? MAX(v->rate / w->tree->n_workers, UINT64_C(1))
				: 0;
	/* Small ones are over before anybody would look. */
	if (st->st_size == 0 || st->st_size >= LARGE) {
		opts.progress = look;
		opts.progress_context = w;
	}
	if (v->holes == COPY_HOLES_KEEP ||
	    (v->holes == COPY_HOLES_AUTO &&
	     st->st_blocks < st->st_size / BLOCK))
		opts.flags |= POUR_HOLES;
	if (st->st_size > 0)
		opts.flags |= POUR_EXACT;
	if (opts.methods == 0 && !(opts.flags & POUR_HOLES) &&
	    (uint64_t)st->st_size <= atomic_load(&f->copied))
		opts.methods = 1U << POUR_BY_COPY;
	return opts;
}

/*
 * What was copied for being small, where nothing can be shared: the plan for
 * others like it in this folder is the same, without asking for it.
 */
static void learn(struct tree_folder *f, const struct pour_account *a)
{
	uint64_t n = a->moved[POUR_BY_COPY];

	if (n == a->delivered && n > atomic_load(&f->copied))
		atomic_store(&f->copied, n);
}

/* Pages that went by reference are zeros where the file was cut meanwhile. */
static bool shrank(const struct tree_worker *w, int src, const struct stat *st)
{
	const struct pour_account *a = &w->transfer.account;
	struct stat now;

	if (a->moved[POUR_BY_COPY] + a->moved[POUR_BY_CLONE] == a->taken)
		return false;
	return fstat(src, &now) == 0 && now.st_size < st->st_size;
}

/* What it had when it was opened; one of unknown size (procfs) says 0. */
static int move(struct tree_worker *w, struct tree_folder *f, int dst, int src,
		const struct stat *st)
{
	struct pour_opts opts = to_opts(w, f, st);
	uint64_t size = st->st_size > 0 ? (uint64_t)st->st_size : POUR_ALL;
	int r = pour_begin(&w->transfer, pour_file_at(dst, POUR_HERE),
			   pour_file_at(src, 0), size, &opts);

	if (r < 0)
		return r;
	r = pour_run(&w->transfer);
	count(w);
	pour_finish(&w->transfer);
	if (signals_stop() != 0)
		return -ECANCELED;
	learn(f, &w->transfer.account);
	return r == 0 && shrank(w, src, st) ? -ENODATA : r;
}

/* ── The file ── */

/*
 * In a folder that we made files come as they are asked for, or do not: by a
 * default list, a group of the folder's, a server that has its own mind. One
 * that did says so of the next that asks for the same mode.
 */
static struct preserve_made guess(const struct tree *t,
				  const struct tree_folder *f,
				  const struct draft *d)
{
	mode_t mode = S_IFREG | d->opts.mode;

	return (struct preserve_made){
		.is_bare = d->opts.old == NULL && mode == atomic_load(&f->bare),
		.st = {.st_mode = mode, .st_uid = t->uid, .st_gid = t->gid}
	};
}

static void learn_made(const struct tree *t, struct tree_folder *f,
		       const struct draft *d, const struct preserve_made *made)
{
	if (f->made && made->is_bare && d->opts.old == NULL &&
	    made->st.st_mode != atomic_load(&f->bare) &&
	    made->st.st_mode == (S_IFREG | d->opts.mode) &&
	    made->st.st_uid == t->uid && made->st.st_gid == t->gid)
		atomic_store(&f->bare, made->st.st_mode);
}

static int settle(const struct tree *t, struct tree_folder *f, struct draft *d,
		  const struct tree_source *s)
{
	struct preserve_made made = guess(t, f, d);
	const struct preserve_pair pair = { d->fd, s->fd, s->st, &made };
	const char *what = "";
	unsigned both = PRESERVE_MODE | PRESERVE_OWNER;
	int r = 0;

	if ((t->preserve.what & both) != both)
		r = draft_keep_owner(d);
	if (r == 0)
		r = preserve_file(&t->preserve, &pair, &what);
	if (r == 0)
		learn_made(t, f, d, &made);
	return r;
}

static bool is_of_source(const struct tree_worker *w, int error)
{
	return w->transfer.account.side == POUR_SIDE_SRC || error == -ENODATA;
}

static int settle_and_publish(const struct tree *t, struct tree_folder *f,
			      struct draft *d, const struct tree_source *s)
{
	int r = settle(t, f, d, s);

	return r < 0 ? r : draft_publish(d);
}

int tree_file(struct tree_worker *w, struct tree_folder *f,
	      const struct tree_source *s, bool *ret_is_dst)
{
	const struct copy_values *v = &w->tree->values;
	struct draft_opts opts = {
		.old = s->there,
		.mode = s->st->st_mode & MODE_MAX & w->tree->mode_mask,
		.force = v->force,
		.fresh = v->no_clobber,
		.backup = v->backup,
	};
	struct draft d;
	int r;

	*ret_is_dst = true;
	r = draft_begin_at(&d, f->dst, s->name, &opts);
	if (r < 0)
		return r;
	r = move(w, f, d.fd, s->fd, s->st);
	*ret_is_dst = r == 0 || !is_of_source(w, r);
	if (r == 0)
		r = settle_and_publish(w->tree, f, &d, s);
	draft_finish(&d);
	keep_rate(w);
	return r;
}
