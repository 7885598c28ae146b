/* SPDX-License-Identifier: MIT */
/*
 * From folder to folder, depth first, with as few of them open as are allowed:
 *
 *      top ── a ── b ── c ── d      a, b: closed while the walker is below;
 *      open             open  ▲     ".." brings them back, if it is still them
 *                             └─ here
 *
 * A folder is read by pieces. The folders of a piece are entered before the
 * next is read, so memory does not grow with the number of names.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/signals.h"
#include "cli/tree.h"

enum { PIECE = 32 * 1024 };

/* ── Reading ── */

static bool is_folder(const struct tree_folder *f, const struct dirent64 *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type == DT_DIR;
	return fstatat(f->src, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static void keep_for_later(struct tree_folder *f, const char *name)
{
	size_t size = strlen(name) + 1;

	memcpy(f->below + f->below_len, name, size);
	f->below_len += size;
}

static void take_name(struct tree *t, struct tree_folder *f,
		      const struct dirent64 *e)
{
	if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
		return;
	if (is_folder(f, e))
		keep_for_later(f, e->d_name);
	else
		tree_queue_add(t, f,
			       e->d_type == DT_REG ? TREE_FILE : TREE_OTHER,
			       e->d_name);
}

static void take_piece(struct tree *t, struct tree_folder *f, char *piece)
{
	ssize_t n = getdents64(f->src, piece, PIECE);

	if (n < 0)
		tree_error(t, f, NULL, false, -errno);
	f->ended = n <= 0;
	f->below_len = f->below_at = 0;
	for (ssize_t at = 0; at < n;) {
		const struct dirent64 *e = (const void *)(piece + at);

		take_name(t, f, e);
		f->next = e->d_off;
		at += e->d_reclen;
	}
	tree_queue_flush(t);
}

static void read_more(struct tree *t, struct tree_folder *f)
{
	static _Alignas(struct dirent64) char piece[PIECE];

	/*
	 * Names of a piece are shorter than the piece. One that was closed
	 * meanwhile begins at the beginning, hence the seek.
	 */
	if (f->below == NULL)
		f->below = malloc(PIECE);
	if (f->below == NULL || lseek(f->src, f->next, SEEK_SET) < 0) {
		tree_error(t, f, NULL, false,
			   f->below == NULL ? -ENOMEM : -errno);
		f->ended = true;
		return;
	}
	take_piece(t, f, piece);
}

/* ── Room ── */

/* The one nearest to the top in which nobody works, and which is not here. */
static struct tree_folder *find_idle(struct tree *t, struct tree_folder *here)
{
	struct tree_folder *idle = NULL;

	(void)pthread_mutex_lock(&t->lock);
	for (struct tree_folder *f = here->up; f != NULL && f->src >= 0;
	     f = f->up)
		if (f->users == 1 && f->up != NULL)
			idle = f;
	(void)pthread_mutex_unlock(&t->lock);
	return idle;
}

static bool is_full(struct tree *t)
{
	bool full;

	(void)pthread_mutex_lock(&t->lock);
	full = t->open >= t->open_max;
	(void)pthread_mutex_unlock(&t->lock);
	return full;
}

static void make_room(struct tree *t, struct tree_folder *here)
{
	while (is_full(t) && signals_stop() == 0) {
		struct tree_folder *idle;

		if (tree_queue_help(t))
			continue;
		idle = find_idle(t, here);
		if (idle == NULL)
			return;
		tree_folder_close(t, idle);
	}
}

/* ── Up and down ── */

/* Why a folder is not entered, or NULL. */
static const char *refusal(const struct tree *t, const struct tree_folder *f)
{
	if (f->st.st_dev == t->dst_dev && f->st.st_ino == t->dst_ino)
		return "it is the destination, and is left out";
	for (const struct tree_folder *up = f->up; up != NULL; up = up->up)
		if (up->st.st_dev == f->st.st_dev &&
		    up->st.st_ino == f->st.st_ino)
			return "it contains itself, and is left out";
	return NULL;
}

static bool is_wanted(struct tree *t, struct tree_folder *f)
{
	struct stat st;
	const char *why;

	if (fstatat(f->up->src, f->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		tree_error(t, f, NULL, false, -errno);
		return false;
	}
	f->st = st;
	why = refusal(t, f);
	if (why != NULL)
		tree_fail(t, f, NULL, false, why);
	/* A mount point is made, as an empty folder. */
	f->ended = t->values.one_file_system && st.st_dev != t->top->st.st_dev;
	return why == NULL;
}

static bool enter(struct tree *t, struct tree_folder *f)
{
	bool is_dst = false;
	int r;

	if (!is_wanted(t, f))
		return false;
	make_room(t, f->up);
	r = tree_folder_open(t, f, &is_dst);
	if (r < 0)
		tree_error(t, f, NULL, is_dst, r);
	else
		tree_count(t, &t->counts.folders);
	return r == 0;
}

static void forget(struct tree *t, struct tree_folder *f)
{
	(void)pthread_mutex_lock(&t->lock);
	tree_folder_unref(f);
	(void)pthread_mutex_unlock(&t->lock);
}

static struct tree_folder *go_down(struct tree *t, struct tree_folder *here)
{
	const char *name = here->below + here->below_at;
	struct tree_folder *f = tree_folder_new(t, here, name);

	here->below_at += strlen(name) + 1;
	if (f == NULL) {
		tree_error(t, here, name, false, -ENOMEM);
		return here;
	}
	if (enter(t, f))
		return f;
	forget(t, f);
	return here;
}

/* A folder that is not where it was is left as it is, with what it lacks. */
static struct tree_folder *give_up(struct tree *t, struct tree_folder *f)
{
	struct tree_folder *up = f->up;

	tree_fail(t, f, NULL, false, "it was moved while it was copied");
	forget(t, f);
	return up;
}

static struct tree_folder *go_up(struct tree *t, struct tree_folder *here)
{
	struct tree_folder *up = here->up;
	bool lost = false;

	if (up != NULL && up->src < 0)
		lost = tree_folder_open_up(t, here) < 0;
	tree_folder_leave(t, here);
	forget(t, here);
	while (lost && up->src < 0)
		up = give_up(t, up);
	return up;
}

void tree_walk(struct tree *t)
{
	struct tree_folder *here = t->top;

	while (signals_stop() == 0) {
		t->here = here;
		if (here->below_at < here->below_len)
			here = go_down(t, here);
		else if (!here->ended)
			read_more(t, here);
		else if (here->up != NULL)
			here = go_up(t, here);
		else
			break;
		tree_look(t);
	}
	t->here = here;
}

void tree_walk_end(struct tree *t)
{
	struct tree_folder *here = t->here;

	if (here == t->top) {
		tree_folder_leave(t, here);
		return;
	}
	while (here != NULL && here != t->top) {
		struct tree_folder *up = here->up;

		if (here->src >= 0)
			tree_folder_close(t, here);
		forget(t, here);
		here = up;
	}
}
