/* SPDX-License-Identifier: MIT */
/* Where a draft will stand: its folder, and names in it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/draft.h"

enum { LINKS_MAX = 40, FD_PATH_SIZE = 32 };

/* Puts target, which a link at path names, in the place of the link. */
static int follow(char path[PATH_MAX], const char *target)
{
	char *slash = strrchr(path, '/');
	size_t keep = slash != NULL ? (size_t)(slash - path) + 1 : 0;
	size_t len = strlen(target);

	if (target[0] == '/')
		keep = 0;
	if (keep + len >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(path + keep, target, len + 1);
	return 0;
}

/* The kernel would follow links, but rename() must not replace one. */
static int follow_all(char path[PATH_MAX])
{
	char target[PATH_MAX];

	for (int i = 0; i < LINKS_MAX; i++) {
		ssize_t n = readlink(path, target, sizeof(target) - 1);
		int r;

		if (n < 0)
			return errno == EINVAL || errno == ENOENT ? 0 : -errno;
		target[n] = '\0';
		r = follow(path, target);
		if (r < 0)
			return r;
	}
	return -ELOOP;
}

int draft_locate(const char *path, int *ret_dir, char ret_name[NAME_MAX + 1])
{
	char at[PATH_MAX];
	const char *folder = ".";
	char *name = at, *slash;
	int r;

	if (strlen(path) >= sizeof(at))
		return -ENAMETOOLONG;
	memcpy(at, path, strlen(path) + 1);
	r = follow_all(at);
	if (r < 0)
		return r;
	slash = strrchr(at, '/');
	if (slash != NULL) {
		*slash = '\0';
		folder = slash == at ? "/" : at;
		name = slash + 1;
	}
	if (*name == '\0')
		return -ENOENT;
	if (strlen(name) > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(ret_name, name, strlen(name) + 1);
	*ret_dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_dir < 0 ? -errno : 0;
}

/*
 * By the descriptor itself the kernel lets who opened it, since 6.10, and
 * before that who may read everything; others go by way of /proc, which costs
 * as much again as half of the link does.
 */
int draft_link(int fd, int dir, const char *name)
{
	char path[FD_PATH_SIZE];

	if (linkat(fd, "", dir, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT && errno != EPERM && errno != EACCES)
		return -errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) < 0 ? -errno
									: 0;
}

void draft_make_name(char name[NAME_MAX + 1])
{
	uint64_t random = 0;

	/* It only has to be free: O_EXCL and linkat() see to the rest. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint64_t)getpid();
	(void)snprintf(name, NAME_MAX + 1, ".pour-%016llx",
		       (unsigned long long)random);
}
