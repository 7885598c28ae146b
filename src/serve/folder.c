/* SPDX-License-Identifier: MIT */
/* Reads a folder by getdents64(2), and asks of each entry what it is. */
#include "serve/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/cache.h"
#include "serve/find.h"

int folder_open(struct folder *f, const struct policy *policy, int fd,
		const char *path)
{
	f->policy = policy;
	f->path = path;
	f->at = f->upto = 0;
	f->fd = find_again(fd);
	return f->fd < 0 ? f->fd : 0;
}

void folder_close(struct folder *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
}

int folder_seek(struct folder *f, uint64_t position)
{
	f->at = f->upto = 0;
	if (position > INT64_MAX)
		return -EINVAL;
	return lseek(f->fd, (off_t)position, SEEK_SET) < 0 ? -errno : 0;
}

/* A link counts as what it leads to, if the root lets it. */
static int stat_link(const struct folder *f, const char *name, size_t name_len,
		     struct stat *ret)
{
	char path[PATH_MAX];
	size_t len = strlen(f->path);

	if (len + name_len >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, f->path, len);
	memcpy(path + len, name, name_len + 1);
	return find_stat(&f->policy->root, path, ret);
}

static int stat_entry(const struct folder *f, const char *name, size_t len,
		      struct stat *ret)
{
	if (fstatat(f->fd, name, ret, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) <
	    0)
		return -errno;
	if (S_ISLNK(ret->st_mode))
		return stat_link(f, name, len, ret);
	return S_ISREG(ret->st_mode) || S_ISDIR(ret->st_mode) ? 0 : -ENOENT;
}

static bool is_hidden(const struct policy *policy, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return true;
	return name[0] == '.' && !policy->hidden;
}

/* 1: there is something in the buffer. 0: the end. */
static int fill(struct folder *f)
{
	ssize_t n;

	if (f->at < f->upto)
		return 1;
	n = getdents64(f->fd, f->buffer, sizeof(f->buffer));
	if (n <= 0)
		return n < 0 ? -errno : 0;
	f->at = 0;
	f->upto = (uint32_t)n;
	return 1;
}

int folder_next(struct folder *f, struct folder_entry *ret)
{
	const struct dirent64 *d;
	struct stat st;
	size_t len;
	int r = fill(f);

	if (r <= 0)
		return r < 0 ? r : FOLDER_END;
	d = (const void *)(f->buffer + f->at);
	f->at += d->d_reclen;
	len = strlen(d->d_name);
	if (is_hidden(f->policy, d->d_name) || len > FOLDER_NAME_MAX ||
	    stat_entry(f, d->d_name, len, &st) < 0)
		return FOLDER_LEFT_OUT;
	*ret = (struct folder_entry){
		.name = d->d_name,
		.len = len,
		.is_folder = S_ISDIR(st.st_mode),
		.size = S_ISDIR(st.st_mode) ? 0 : (uint64_t)st.st_size,
		.mtime = st.st_mtime,
		.next = (uint64_t)d->d_off,
	};
	return FOLDER_ENTRY;
}
