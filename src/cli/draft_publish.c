/* SPDX-License-Identifier: MIT */
/*
 * A draft that is whole takes its name.
 *
 *      fsync ──► a name to start from ──► backup ──► rename ──► fsync of folder
 *
 * At no moment is there nothing under the name, where there was something.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/draft.h"

enum { TRIES_MAX = 100 };

int draft_keep_owner(const struct draft *d)
{
	struct stat st;

	if (d->opts.old == NULL)
		return 0;
	if (fstat(d->fd, &st) < 0)
		return -errno;
	if ((st.st_uid != d->old.st_uid || st.st_gid != d->old.st_gid) &&
	    fchown(d->fd, d->old.st_uid, d->old.st_gid) < 0)
		return -errno;
	return fchmod(d->fd, d->old.st_mode & ALLPERMS) < 0 ? -errno : 0;
}

/* Of the draft, or of the old file. */
static int link_one(const struct draft *d, bool is_draft, const char *name)
{
	if (is_draft)
		return draft_link(d->fd, d->dir, name);
	return linkat(d->dir, d->name, d->dir, name, 0) < 0 ? -errno : 0;
}

/* Gives one of them a temporary name. */
static int link_aside(const struct draft *d, bool is_draft,
		      char name[NAME_MAX + 1])
{
	int r = -EEXIST;

	for (int i = 0; i < TRIES_MAX && r == -EEXIST; i++) {
		draft_make_name(name);
		r = link_one(d, is_draft, name);
	}
	if (r < 0)
		name[0] = '\0';
	return r;
}

/* rename() is what replaces, and it wants a name to start from. */
static int give_name(struct draft *d)
{
	if (d->temporary[0] != '\0')
		return 0;
	return link_aside(d, true, d->temporary);
}

/* ── The backup ── */

/*
 * A second name for the old file, and that renamed over the last backup; where
 * there are no second names (FAT), the old file moves.
 */
static int make_backup(const struct draft *d)
{
	char name[NAME_MAX + 1], aside[NAME_MAX + 1];
	int n;

	if (d->opts.backup == NULL || d->opts.old == NULL)
		return 0;
	n = snprintf(name, sizeof(name), "%s%s", d->name, d->opts.backup);
	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	if (link_aside(d, false, aside) < 0)
		return renameat(d->dir, d->name, d->dir, name) < 0 ? -errno : 0;
	if (renameat(d->dir, aside, d->dir, name) < 0) {
		int r = -errno;

		(void)unlinkat(d->dir, aside, 0);
		return r;
	}
	/* Two names of one file rename to each other by doing nothing. */
	(void)unlinkat(d->dir, aside, 0);
	return 0;
}

/* ── The name ── */

static int rename_fresh(const struct draft *d)
{
	if (renameat2(d->dir, d->temporary, d->dir, d->name,
		      RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(d->dir, d->temporary, d->dir, d->name, 0) < 0)
		return -errno;
	return unlinkat(d->dir, d->temporary, 0) < 0 ? -errno : 0;
}

static int rename_over(const struct draft *d)
{
	if (d->opts.fresh)
		return rename_fresh(d);
	return renameat(d->dir, d->temporary, d->dir, d->name) < 0 ? -errno : 0;
}

/* close() first: some file systems say only there that the disk was full. */
static int close_and_rename(struct draft *d)
{
	int r;

	if (close(take_fd(&d->fd)) < 0)
		return -errno;
	r = make_backup(d);
	if (r == 0)
		r = rename_over(d);
	if (r == 0)
		d->temporary[0] = '\0';
	return r;
}

/* The folder is open by O_PATH, which cannot be synced. */
static int sync_folder(const struct draft *d)
{
	auto_close int fd = openat(d->dir, ".",
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/*
 * Where nothing stood, the last name is the first one, and no signal can come
 * between. 1: something came to stand there.
 */
static int name_fresh(struct draft *d)
{
	int r;

	if (d->opts.old != NULL || d->temporary[0] != '\0')
		return 1;
	r = draft_link(d->fd, d->dir, d->name);
	if (r < 0)
		return r == -EEXIST && !d->opts.fresh ? 1 : r;
	/* Some file systems say only here that the disk was full. */
	if (close(take_fd(&d->fd)) < 0) {
		r = -errno;
		(void)unlinkat(d->dir, d->name, 0);
		return r;
	}
	return 0;
}

static int name_over(struct draft *d)
{
	sigset_t before;
	int r;

	signals_hold(&before);
	r = give_name(d);
	if (r == 0)
		r = close_and_rename(d);
	if (d->temporary[0] != '\0' && !d->opts.part)
		(void)unlinkat(d->dir, d->temporary, 0);
	d->temporary[0] = '\0';
	signals_unguard(&d->guard);
	signals_release(&before);
	return r;
}

int draft_publish(struct draft *d)
{
	int r = d->opts.sync && fsync(d->fd) < 0 ? -errno : 0;

	if (r < 0)
		return r;
	r = name_fresh(d);
	if (r > 0)
		r = name_over(d);
	return r == 0 && d->opts.sync ? sync_folder(d) : r;
}
