/* SPDX-License-Identifier: MIT */
/* Drafts are begun and given up here; draft_publish.c ends them well. */
#include "cli/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/base.h"

enum { TRIES_MAX = 100, MODE_PRIVATE = S_IRUSR | S_IWUSR };

/* What stands under the name must still be what the caller looked at. */
static int check_old(const struct draft *d)
{
	struct stat st;

	if (fstatat(d->dir, d->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && !d->opts.old ? 0 : -errno;
	if (d->opts.old == NULL)
		return -EEXIST;
	if (st.st_dev != d->old.st_dev || st.st_ino != d->old.st_ino)
		return -EBUSY;
	if (d->opts.force)
		return 0;
	return faccessat(d->dir, d->name, W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/* ── Nameless, or with a name that goes ── */

/* Asked once: a tree has many files. */
static bool has_proc(void)
{
	static atomic_int known;
	int has = atomic_load(&known);

	if (has == 0) {
		has = access("/proc/self/fd", X_OK) == 0 ? 1 : -1;
		atomic_store(&known, has);
	}
	return has > 0;
}

/* Without a name, if it can be given one later: that takes /proc. */
static int open_nameless(struct draft *d, mode_t mode)
{
	if (!has_proc())
		return -ENOENT;
	d->fd = openat(d->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	return d->fd < 0 ? -errno : 0;
}

/* A name is made, and guarded, as one thing. */
static int open_named(struct draft *d, mode_t mode)
{
	sigset_t before;
	int r = -EEXIST;

	signals_hold(&before);
	for (int i = 0; i < TRIES_MAX && r == -EEXIST; i++) {
		draft_make_name(d->temporary);
		d->fd = openat(d->dir, d->temporary,
			       O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode);
		r = d->fd < 0 ? -errno : 0;
	}
	if (r == 0) {
		d->guard = (struct signals_guard){ d->dir, d->temporary };
		signals_guard(&d->guard);
	} else {
		d->temporary[0] = '\0';
	}
	signals_release(&before);
	return r;
}

/* ── With a name that stays ── */

/* One writer at a time; and not one that has just published what we lock. */
static int lock_part(const struct draft *d)
{
	struct stat ours, there;

	/* Where nothing can be locked nobody can be kept out. */
	if (flock(d->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	if (fstat(d->fd, &ours) < 0 ||
	    fstatat(d->dir, d->temporary, &there, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISREG(ours.st_mode))
		return -EEXIST;
	return ours.st_ino == there.st_ino && ours.st_dev == there.st_dev
		       ? 0
		       : -EBUSY;
}

static int open_part(struct draft *d, mode_t mode)
{
	char name[NAME_MAX + sizeof("..part")];
	int n = snprintf(name, sizeof(name), ".%s.part", d->name);
	int r;

	if (n < 0 || n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(d->temporary, name, (size_t)n + 1);
	d->fd = openat(d->dir, d->temporary,
		       O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		       mode);
	if (d->fd < 0)
		return -errno;
	r = lock_part(d);
	if (r < 0)
		base_close_fd(&d->fd);
	if (r < 0)
		d->fd = -1;
	return r;
}

/* ── All of them ── */

static int open_draft(struct draft *d)
{
	/* Until it has its owner nobody else may read it. */
	mode_t mode = d->opts.old != NULL ? MODE_PRIVATE : d->opts.mode;

	if (d->opts.part)
		return open_part(d, mode | MODE_PRIVATE);
	if (open_nameless(d, mode) == 0)
		return 0;
	return open_named(d, mode);
}

static void init(struct draft *d, const struct draft_opts *opts)
{
	memset(d, 0, sizeof(*d));
	d->fd = d->dir = -1;
	d->opts = *opts;
	if (opts->old != NULL)
		d->old = *opts->old;
}

int draft_begin(struct draft *d, const char *path,
		const struct draft_opts *opts)
{
	int r;

	init(d, opts);
	r = draft_locate(path, &d->dir, d->name);
	if (r == 0)
		r = check_old(d);
	if (r == 0)
		r = open_draft(d);
	if (r < 0)
		draft_finish(d);
	return r;
}

int draft_begin_at(struct draft *d, int dir, const char *name,
		   const struct draft_opts *opts)
{
	int r = 0;

	init(d, opts);
	if (strlen(name) >= sizeof(d->name))
		return -ENAMETOOLONG;
	memcpy(d->name, name, strlen(name) + 1);
	d->dir = dir;
	d->is_borrowed = true;
	if (opts->old != NULL && S_ISREG(opts->old->st_mode))
		r = check_old(d);
	if (r == 0)
		r = open_draft(d);
	if (r < 0)
		draft_finish(d);
	return r;
}

/* A part with something in it; who only locked one out has no part of it. */
static bool is_kept(const struct draft *d)
{
	struct stat st;

	return d->opts.part &&
	       (d->fd < 0 || fstat(d->fd, &st) < 0 || st.st_size > 0);
}

static void remove_name(struct draft *d)
{
	sigset_t before;

	signals_hold(&before);
	if (!is_kept(d))
		(void)unlinkat(d->dir, d->temporary, 0);
	d->temporary[0] = '\0';
	signals_unguard(&d->guard);
	signals_release(&before);
}

void draft_finish(struct draft *d)
{
	if (d->temporary[0] != '\0')
		remove_name(d);
	base_close_fd(&d->fd);
	if (!d->is_borrowed)
		base_close_fd(&d->dir);
	d->fd = d->dir = -1;
}
