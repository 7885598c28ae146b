/* SPDX-License-Identifier: MIT */
/* Paths to descriptors, beneath the root and nowhere else. */
#include "serve/find.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

/* The kernel gives up with EAGAIN when something is renamed meanwhile. */
enum { TRIES = 8 };

static int open_beneath(int root, const char *path, unsigned flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	for (int i = 0; i < TRIES; i++) {
		long fd = syscall(SYS_openat2, root, *path ? path : ".", &how,
				  sizeof(how));

		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EAGAIN;
}

static int open_known(int root, const char *path, unsigned flags,
		      struct stat *ret_stat)
{
	struct stat st;
	auto_close int fd = open_beneath(root, path, flags);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -ENOENT;
	*ret_stat = st;
	return take_fd(&fd);
}

int find_open(int root, const char *path, struct stat *ret_stat)
{
	return open_known(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY,
			  ret_stat);
}

int find_stat(int root, const char *path, struct stat *ret_stat)
{
	int fd = open_known(root, path, O_PATH, ret_stat);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
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
	case ELOOP: /* a magic link, or links in a circle */
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
	int self;

	if (fd < 0)
		return -errno;
	self = open_beneath(fd, "", O_RDONLY);
	if (self < 0)
		return self;
	(void)close(self);
	return take_fd(&fd);
}
