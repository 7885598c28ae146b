/* SPDX-License-Identifier: MIT */
/* Reads and sorts a folder, bounded in entries. */
#include "serve/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/cache.h"
#include "serve/find.h"

/* Where we are: the folder's own descriptor and its path below the root. */
struct place {
	const struct policy *policy;
	DIR *dir;
	const char *path;
};

/* A link counts as what it leads to, if the root lets it. */
static int stat_link(const struct place *p, const char *name, struct stat *ret)
{
	char path[PATH_MAX];
	size_t len = strlen(p->path), name_len = strlen(name);

	if (len + name_len >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, p->path, len);
	memcpy(path + len, name, name_len + 1);
	return find_stat(&p->policy->root, path, ret);
}

static int stat_entry(const struct place *p, const char *name, struct stat *ret)
{
	if (fstatat(dirfd(p->dir), name, ret, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(ret->st_mode))
		return stat_link(p, name, ret);
	return S_ISREG(ret->st_mode) || S_ISDIR(ret->st_mode) ? 0 : -ENOENT;
}

static int make_room(struct folder *f)
{
	uint32_t room = f->room ? 2 * f->room : 64;
	struct folder_entry *more;

	if (f->n < f->room)
		return 0;
	more = reallocarray(f->entries, room, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	f->entries = more;
	f->room = room;
	return 0;
}

static int add(struct folder *f, const char *name, const struct stat *st)
{
	struct folder_entry entry = {
		.is_folder = S_ISDIR(st->st_mode),
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtime,
	};
	int r = make_room(f);

	if (r < 0)
		return r;
	entry.name = strdup(name);
	if (entry.name == NULL)
		return -ENOMEM;
	f->entries[f->n++] = entry;
	return 0;
}

static bool is_left_out(const struct policy *policy, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	return name[0] == '.' && !policy->hidden;
}

/* 1: one more was looked at. 0: the end. */
static int read_one(const struct place *p, struct folder *f)
{
	struct dirent *d;
	struct stat st;
	int r;

	errno = 0;
	d = readdir(p->dir);
	if (d == NULL)
		return -errno;
	if (is_left_out(p->policy, d->d_name))
		return 1;
	if (stat_entry(p, d->d_name, &st) < 0)
		return 1;
	r = add(f, d->d_name, &st);
	return r < 0 ? r : 1;
}

static int order(const void *left, const void *right)
{
	const struct folder_entry *a = left, *b = right;
	int r = (int)b->is_folder - (int)a->is_folder;

	if (r == 0)
		r = strcasecmp(a->name, b->name);
	return r != 0 ? r : strcmp(a->name, b->name);
}

static DIR *open_dir(int fd)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = own < 0 ? NULL : fdopendir(own);

	if (dir != NULL)
		rewinddir(dir); /* the position is shared with fd */
	else if (own >= 0)
		(void)close(own);
	return dir;
}

/* 0: the end was reached. 1: there is more. */
static int read_all(const struct place *p, struct folder *f)
{
	int r = 1;

	for (int i = 0; r > 0 && i < FOLDER_ENTRIES_MAX; i++)
		r = read_one(p, f);
	return r;
}

int folder_read(const struct policy *policy, int fd, const char *path,
		struct folder *ret)
{
	struct folder f = { 0 };
	struct place place = { policy, open_dir(fd), path };
	int r;

	if (place.dir == NULL)
		return -errno;
	r = read_all(&place, &f);
	(void)closedir(place.dir);
	if (r < 0) {
		folder_done(&f);
		return r;
	}
	f.cut = r > 0;
	if (f.n > 0)
		qsort(f.entries, f.n, sizeof(*f.entries), order);
	*ret = f;
	return 0;
}

void folder_done(struct folder *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		free(f->entries[i].name);
	free(f->entries);
	*f = (struct folder){ 0 };
}
