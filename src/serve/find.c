/* SPDX-License-Identifier: MIT */
/* Paths to descriptors, beneath the root and nowhere else. */
#include "serve/find.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

/* The kernel gives up with EAGAIN when something is renamed meanwhile. */
enum { TRIES = 8 };

/* A magic link jumps past all resolving (proc(5)): none is ever followed. */
static const uint64_t resolves[] = {
	[FIND_INSIDE] = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	[FIND_NEVER] = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	[FIND_FOLLOW] = RESOLVE_NO_MAGICLINKS,
};

/* Where links may leave, the kernel no longer holds back the path itself. */
static bool climbs(const char *path)
{
	if (*path == '/')
		return true;
	while (path != NULL) {
		path += *path == '/';
		if (path[0] == '.' && path[1] == '.' &&
		    (path[2] == '\0' || path[2] == '/'))
			return true;
		path = strchr(path, '/');
	}
	return false;
}

static int open_below(const struct find_root *root, const char *path,
		      unsigned flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolves[root->links],
	};

	if (root->links == FIND_FOLLOW && climbs(path))
		return -EXDEV;

	for (int i = 0; i < TRIES; i++) {
		long fd = syscall(SYS_openat2, root->fd, *path ? path : ".",
				  &how, sizeof(how));

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EAGAIN;
}

static int open_known(const struct find_root *root, const char *path,
		      unsigned flags, struct stat *ret_stat)
{
	struct stat st;
	auto_close int fd = open_below(root, path, flags);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -ENOENT;
	*ret_stat = st;
	return take_fd(&fd);
}

int find_open(const struct find_root *root, const char *path,
	      struct stat *ret_stat)
{
	return open_known(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY,
			  ret_stat);
}

int find_stat(const struct find_root *root, const char *path,
	      struct stat *ret_stat)
{
	int fd = open_known(root, path, O_PATH, ret_stat);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

int find_again(int folder)
{
	const struct find_root here = { folder, FIND_INSIDE };

	return open_below(&here, "", O_RDONLY | O_DIRECTORY);
}

int find_status(int error)
{
	switch (-error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ENXIO: /* a socket, or a device without a driver */
	case ENODEV:
		return 404;
	case EXDEV: /* out of the root */
	case ELOOP: /* a link that is not followed, or links in a circle */
	case EACCES:
	case EPERM:
		return 403;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN: /* renamed at each try, or under a lease */
		return 503;
	default:
		return 500;
	}
}

int find_root(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct find_root root = { .fd = fd, .links = FIND_INSIDE };
	int self;

	if (fd < 0)
		return -errno;
	self = open_below(&root, "", O_RDONLY);
	if (self < 0)
		return self;
	(void)close(self);
	return take_fd(&fd);
}
