/* SPDX-License-Identifier: MIT */
/* A folder and its copy: opened, closed, opened again, and given attributes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/tree.h"

enum { ENTER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

struct tree_folder *tree_folder_new(struct tree *t, struct tree_folder *up,
				    const char *name)
{
	size_t len = strlen(name);
	struct tree_folder *f = calloc(1, sizeof(*f) + len + 1);

	if (f == NULL)
		return NULL;
	memcpy(f->name, name, len + 1);
	f->src = f->dst = -1;
	f->refs = f->users = 1;
	f->up = up;
	(void)pthread_mutex_lock(&t->lock);
	if (up != NULL)
		up->refs++;
	(void)pthread_mutex_unlock(&t->lock);
	return f;
}

void tree_folder_unref(struct tree_folder *f)
{
	while (f != NULL && --f->refs == 0) {
		struct tree_folder *up = f->up;

		free(f->below);
		free(f);
		f = up;
	}
}

/* ── Opening ── */

/* One that was there may lack what it takes to write into it. */
static void open_up(struct tree_folder *f, const struct stat *st)
{
	f->dst_mode = st->st_mode & ALLPERMS;
	if (!f->made && (st->st_mode & S_IRWXU) != S_IRWXU)
		(void)fchmod(f->dst, f->dst_mode | S_IRWXU);
}

static int open_dst(struct tree_folder *f)
{
	struct stat st;

	f->made = mkdirat(f->up->dst, f->name, S_IRWXU) == 0;
	if (!f->made && errno != EEXIST)
		return -errno;
	f->dst = openat(f->up->dst, f->name, ENTER);
	/* Its user may have taken the right to read it. */
	if (f->dst < 0 && errno == EACCES && !f->made &&
	    fchmodat(f->up->dst, f->name, S_IRWXU, AT_SYMLINK_NOFOLLOW) == 0)
		f->dst = openat(f->up->dst, f->name, ENTER);
	if (f->dst < 0 || fstat(f->dst, &st) < 0)
		return errno == ELOOP ? -ENOTDIR : -errno;
	f->dst_dev = st.st_dev;
	f->dst_ino = st.st_ino;
	open_up(f, &st);
	return 0;
}

static int open_src(struct tree_folder *f)
{
	f->src = openat(f->up->src, f->name, ENTER);
	return f->src < 0 || fstat(f->src, &f->st) < 0 ? -errno : 0;
}

static void count_open(struct tree *t, int change)
{
	(void)pthread_mutex_lock(&t->lock);
	t->open += (unsigned)change;
	(void)pthread_cond_broadcast(&t->changed);
	(void)pthread_mutex_unlock(&t->lock);
}

int tree_folder_open(struct tree *t, struct tree_folder *f, bool *ret_is_dst)
{
	int r = open_src(f);

	*ret_is_dst = r == 0;
	if (r == 0)
		r = open_dst(f);
	count_open(t, 1);
	if (r < 0)
		tree_folder_close(t, f);
	return r;
}

void tree_folder_close(struct tree *t, struct tree_folder *f)
{
	base_close_fd(&f->src);
	base_close_fd(&f->dst);
	f->src = f->dst = -1;
	count_open(t, -1);
}

/* ── Opening once more ── */

/* The folder above, if it is still the one that we came from. */
static int climb(int fd, dev_t dev, ino_t ino)
{
	auto_close int up = openat(fd, "..", ENTER);
	struct stat st;

	if (up < 0 || fstat(up, &st) < 0)
		return -errno;
	return st.st_dev == dev && st.st_ino == ino ? take_fd(&up) : -ESTALE;
}

int tree_folder_open_up(struct tree *t, struct tree_folder *f)
{
	struct tree_folder *up = f->up;
	int src = climb(f->src, up->st.st_dev, up->st.st_ino), dst;

	if (src < 0)
		return src;
	dst = climb(f->dst, up->dst_dev, up->dst_ino);
	if (dst < 0) {
		(void)close(src);
		return dst;
	}
	up->src = src;
	up->dst = dst;
	count_open(t, 1);
	return 0;
}

/* One step down; what was opened is what fd becomes. */
static int descend(int fd, const struct tree_folder *f)
{
	int next = openat(fd, f->name,
			  O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		next = -errno;
	(void)close(fd);
	return next;
}

static unsigned depth_of(const struct tree_folder *f)
{
	unsigned depth = 0;

	for (; f->up != NULL; f = f->up)
		depth++;
	return depth;
}

int tree_folder_find(const struct tree *t, const struct tree_folder *f)
{
	unsigned n = depth_of(f);
	const struct tree_folder **chain = calloc(n + 1, sizeof(const void *));
	int fd;

	if (chain == NULL)
		return -ENOMEM;
	for (unsigned i = n; i > 0; f = f->up)
		chain[--i] = f;
	fd = openat(t->top->dst, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	for (unsigned i = 0; i < n && fd >= 0; i++)
		fd = descend(fd, chain[i]);
	free(chain);
	return fd;
}

/* ── The end of it ── */

static void give_attributes(struct tree *t, const struct tree_folder *f)
{
	const struct preserve_pair pair = { .dst = f->dst,
					    .src = f->src,
					    .st = &f->st };
	const char *what = "";
	int r;

	/* One that was there, and whose mode is not to be the source's. */
	if (!(t->preserve.what & PRESERVE_MODE)) {
		mode_t mode = f->made ? f->st.st_mode & t->mode_mask
				      : f->dst_mode;

		if (fchmod(f->dst, mode) < 0 && errno != EPERM)
			tree_error(t, f, NULL, true, -errno);
	}
	r = preserve_file(&t->preserve, &pair, &what);
	if (r < 0)
		tree_error(t, f, NULL, true, r);
}

void tree_folder_leave(struct tree *t, struct tree_folder *f)
{
	bool is_last;

	(void)pthread_mutex_lock(&t->lock);
	is_last = --f->users == 0;
	(void)pthread_cond_broadcast(&t->changed);
	(void)pthread_mutex_unlock(&t->lock);
	if (!is_last)
		return;
	/* The top is needed to find others from, and goes last of all. */
	if (f->src >= 0)
		give_attributes(t, f);
	if (f->src >= 0 && f->up != NULL)
		tree_folder_close(t, f);
}
