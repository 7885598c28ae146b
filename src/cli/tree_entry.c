/* SPDX-License-Identifier: MIT */
/* One name that is no folder: a file, a link, a device or a FIFO. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tree.h"

enum { WHY_SIZE = 128 };

/* A name in both folders. */
struct entry {
	struct tree_worker *w;
	struct tree_folder *f;
	const char *name;
	struct stat st;    /* of the source */
	struct stat there; /* what stands in the copy's place */
	bool stands;
};

/* What was forced may be the reason. */
static void because_of_options(const struct entry *e, bool is_dst, int error)
{
	const struct copy_values *v = &e->w->tree->values;
	char why[WHY_SIZE];

	if (!S_ISREG(e->st.st_mode) ||
	    (error != -EINVAL && error != -EOPNOTSUPP && error != -EXDEV)) {
		tree_error(e->w->tree, e->f, e->name, is_dst, error);
		return;
	}
	(void)snprintf(why, sizeof(why), "%s%s%s%s", strerror(-error),
		       v->method < COPY_METHODS ? " (by --method " : "",
		       v->method < COPY_METHODS ? copy_methods[v->method] : "",
		       v->method < COPY_METHODS        ? ")"
		       : v->clone == POUR_CLONE_ALWAYS ? " (by --clone always)"
						       : "");
	tree_fail(e->w->tree, e->f, e->name, is_dst, why);
}

static void failed(const struct entry *e, bool is_dst, int error)
{
	/* A signal wants it so, and says it once for all. */
	if (error == -ECANCELED && signals_stop() != 0)
		return;
	if (error == -ENODATA && !is_dst)
		tree_fail(e->w->tree, e->f, e->name, false,
			  "it shrank while it was copied");
	else
		because_of_options(e, is_dst, error);
}

static void done(const struct entry *e, bool is_file)
{
	struct tree *t = e->w->tree;

	tree_count(t, is_file ? &t->counts.files : &t->counts.others);
}

/* In a folder that we made nothing stands. */
static void look_there(struct entry *e)
{
	e->stands = !e->f->made && fstatat(e->f->dst, e->name, &e->there,
					   AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

/* Whether what stands there stays. */
static bool stays(const struct entry *e)
{
	const struct tree *t = e->w->tree;

	if (!e->stands)
		return false;
	if (t->values.no_clobber)
		return true;
	return t->values.update && S_ISREG(e->st.st_mode) &&
	       S_ISREG(e->there.st_mode) && e->st.st_size == e->there.st_size &&
	       !is_newer(&e->st.st_mtim, &e->there.st_mtim);
}

/* ── Files ── */

static int copy_file(const struct entry *e, int src)
{
	const struct tree_source source = { e->name, src, &e->st,
					    e->stands ? &e->there : NULL };
	bool is_dst = true;
	int r = 0;

	if (e->stands && S_ISDIR(e->there.st_mode))
		r = -EISDIR;
	else if (stays(e))
		tree_count(e->w->tree, &e->w->tree->counts.same);
	else
		r = tree_file(e->w, e->f, &source, &is_dst);
	if (r < 0)
		failed(e, is_dst, r);
	else if (!stays(e))
		done(e, true);
	return r;
}

static void copy_linked(const struct entry *e, int src)
{
	struct tree *t = e->w->tree;
	struct tree_link *link = NULL;
	int r = tree_links_begin(t, &e->st, e->f, e->name, &link);

	if (r < 0) {
		failed(e, true, r);
	} else if (r > 0) {
		tree_links_end(t, link, copy_file(e, src) == 0);
	} else if (e->stands && t->values.no_clobber) {
		tree_count(t, &t->counts.same);
	} else if (tree_links_make(t, link, e->f, e->name) == 0) {
		done(e, true);
	} else {
		/* Too many links, or the first has gone: bytes instead. */
		(void)copy_file(e, src);
	}
}

static void file(struct entry *e)
{
	auto_close int src = openat(e->f->src, e->name,
				    O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					    O_NOCTTY | O_CLOEXEC);

	if (src < 0 || fstat(src, &e->st) < 0) {
		failed(e, false, -errno);
		return;
	}
	if (!S_ISREG(e->st.st_mode)) {
		tree_fail(e->w->tree, e->f, e->name, false,
			  "it became something else while it was copied");
		return;
	}
	look_there(e);
	if (e->st.st_nlink > 1)
		copy_linked(e, src);
	else
		(void)copy_file(e, src);
}

/* ── Links, devices, FIFOs ── */

static int make(const struct entry *e, const char *name, const char *target)
{
	if (target != NULL)
		return symlinkat(target, e->f->dst, name) < 0 ? -errno : 0;
	return mknodat(e->f->dst, name,
		       (e->st.st_mode & S_IFMT) | S_IRUSR | S_IWUSR,
		       e->st.st_rdev) < 0
		       ? -errno
		       : 0;
}

static int give_attributes(const struct entry *e, const char *name)
{
	const struct tree *t = e->w->tree;
	struct preserve_pair pair = { .st = &e->st };
	const char *what = "";
	auto_close int src = openat(e->f->src, e->name,
				    O_PATH | O_NOFOLLOW | O_CLOEXEC);
	auto_close int dst = openat(e->f->dst, name,
				    O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (src < 0 || dst < 0)
		return -errno;
	pair.dst = dst;
	pair.src = src;
	return preserve_node(&t->preserve, &pair, &what);
}

/* What stands there is replaced at once, as a file would be. */
static int make_over(const struct entry *e, const char *target)
{
	char aside[NAME_MAX + 1];
	int r;

	draft_make_name(aside);
	r = make(e, aside, target);
	if (r < 0)
		return r;
	r = give_attributes(e, aside);
	if (r == 0 && renameat(e->f->dst, aside, e->f->dst, e->name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(e->f->dst, aside, 0);
	return r;
}

static int make_anew(const struct entry *e, const char *target)
{
	int r = make(e, e->name, target);

	if (r < 0)
		return r;
	r = give_attributes(e, e->name);
	if (r < 0)
		(void)unlinkat(e->f->dst, e->name, 0);
	return r;
}

static void make_node(struct entry *e, const char *target)
{
	int r;

	look_there(e);
	if (e->stands && S_ISDIR(e->there.st_mode))
		r = -EISDIR;
	else if (stays(e))
		r = 0;
	else
		r = e->stands ? make_over(e, target) : make_anew(e, target);
	if (r < 0)
		failed(e, true, r);
	else
		done(e, false);
}

static void symbolic_link(struct entry *e)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(e->f->src, e->name, target, sizeof(target) - 1);

	if (n < 0) {
		failed(e, false, -errno);
		return;
	}
	target[n] = '\0';
	make_node(e, target);
}

void tree_entry(struct tree_worker *w, struct tree_folder *f,
		enum tree_kind kind, const char *name)
{
	struct entry e = { .w = w, .f = f, .name = name };

	if (kind != TREE_FILE &&
	    fstatat(f->src, name, &e.st, AT_SYMLINK_NOFOLLOW) < 0)
		failed(&e, false, -errno);
	else if (kind == TREE_FILE || S_ISREG(e.st.st_mode))
		file(&e);
	else if (S_ISLNK(e.st.st_mode))
		symbolic_link(&e);
	else if (S_ISSOCK(e.st.st_mode))
		tree_note(w->tree, f, name, "a socket is left out");
	else if (S_ISDIR(e.st.st_mode))
		tree_fail(w->tree, f, name, false,
			  "it became a folder while it was copied");
	else
		make_node(&e, NULL);
}
