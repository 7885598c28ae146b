/* SPDX-License-Identifier: MIT */
/* Drafts: files that take their name when they are whole. */
#include "cli/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"

enum { LINKS_MAX = 40, TRIES_MAX = 100, FD_PATH_SIZE = 32 };

static const int watched[] = { SIGINT, SIGTERM, SIGHUP };

/* The draft whose temporary name a signal must remove. */
static struct draft *volatile named;

/* ── Signals ── */

static void on_signal(int number)
{
	if (named != NULL)
		(void)unlinkat(named->dir, named->temporary, 0);
	_exit(EXIT_SIGNAL + number);
}

void draft_watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old;

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		if (sigaction(watched[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaction(watched[i], &action, NULL);
}

/* A name is made, and remembered for the handler, as one thing. */
static void hold_signals(sigset_t *ret_before)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		sigaddset(&ours, watched[i]);
	(void)sigprocmask(SIG_BLOCK, &ours, ret_before);
}

static void release_signals(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

/* ── Where it will stand ── */

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

/* Opens the folder of path and keeps the name in it. */
static int open_folder(struct draft *d, const char *path)
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
	memcpy(d->name, name, strlen(name) + 1);
	d->dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return d->dir < 0 ? -errno : 0;
}

/* What stands under the name must still be what the caller looked at. */
static int check_old(const struct draft *d)
{
	struct stat st;

	if (fstatat(d->dir, d->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && !d->replaces ? 0 : -errno;
	if (!d->replaces)
		return -EEXIST;
	if (st.st_dev != d->old.st_dev || st.st_ino != d->old.st_ino)
		return -EBUSY;
	return faccessat(d->dir, d->name, W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/* ── Beginning ── */

static void make_name(struct draft *d)
{
	uint64_t random = 0;

	/* It only has to be free: O_EXCL and linkat() see to the rest. */
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint64_t)getpid();
	(void)snprintf(d->temporary, sizeof(d->temporary), ".pour-%016llx",
		       (unsigned long long)random);
}

/* Without a name, if it can be given one later: that takes /proc. */
static int open_nameless(struct draft *d, mode_t mode)
{
	if (access("/proc/self/fd", X_OK) < 0)
		return -errno;
	d->fd = openat(d->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	return d->fd < 0 ? -errno : 0;
}

static int open_named(struct draft *d, mode_t mode)
{
	sigset_t before;
	int r = -EEXIST;

	hold_signals(&before);
	for (int i = 0; i < TRIES_MAX && r == -EEXIST; i++) {
		make_name(d);
		d->fd = openat(d->dir, d->temporary,
			       O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
		r = d->fd < 0 ? -errno : 0;
	}
	if (r == 0)
		named = d;
	else
		d->temporary[0] = '\0';
	release_signals(&before);
	return r;
}

int draft_begin(struct draft *d, const char *path, const struct stat *old,
		mode_t mode)
{
	int r;

	memset(d, 0, sizeof(*d));
	d->fd = d->dir = -1;
	d->replaces = old != NULL;
	if (old != NULL) {
		d->old = *old;
		mode = S_IRUSR | S_IWUSR; /* until it has its owner */
	}
	r = open_folder(d, path);
	if (r == 0)
		r = check_old(d);
	if (r == 0 && open_nameless(d, mode) < 0)
		r = open_named(d, mode);
	if (r < 0)
		draft_finish(d);
	return r;
}

/* ── Ending ── */

static int keep_owner_and_mode(const struct draft *d)
{
	struct stat st;

	if (!d->replaces)
		return 0;
	if (fstat(d->fd, &st) < 0)
		return -errno;
	if ((st.st_uid != d->old.st_uid || st.st_gid != d->old.st_gid) &&
	    fchown(d->fd, d->old.st_uid, d->old.st_gid) < 0)
		return -errno;
	return fchmod(d->fd, d->old.st_mode & ALLPERMS) < 0 ? -errno : 0;
}

/* rename() is what replaces, and it wants a name to start from. */
static int give_name(struct draft *d)
{
	char path[FD_PATH_SIZE];
	int r = -EEXIST;

	if (d->temporary[0] != '\0')
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", d->fd);
	for (int i = 0; i < TRIES_MAX && r == -EEXIST; i++) {
		make_name(d);
		r = linkat(AT_FDCWD, path, d->dir, d->temporary,
			   AT_SYMLINK_FOLLOW) < 0
			    ? -errno
			    : 0;
	}
	if (r < 0)
		d->temporary[0] = '\0';
	return r;
}

/* close() first: some file systems say only there that the disk was full. */
static int close_and_rename(struct draft *d)
{
	if (close(take_fd(&d->fd)) < 0)
		return -errno;
	if (renameat(d->dir, d->temporary, d->dir, d->name) < 0)
		return -errno;
	d->temporary[0] = '\0';
	return 0;
}

int draft_publish(struct draft *d)
{
	sigset_t before;
	int r = keep_owner_and_mode(d);

	if (r < 0)
		return r;
	hold_signals(&before);
	r = give_name(d);
	if (r == 0)
		r = close_and_rename(d);
	if (d->temporary[0] != '\0')
		(void)unlinkat(d->dir, d->temporary, 0);
	d->temporary[0] = '\0';
	named = NULL;
	release_signals(&before);
	return r;
}

void draft_finish(struct draft *d)
{
	sigset_t before;

	hold_signals(&before);
	if (d->temporary[0] != '\0')
		(void)unlinkat(d->dir, d->temporary, 0);
	d->temporary[0] = '\0';
	named = NULL;
	release_signals(&before);
	base_close_fd(&d->fd);
	base_close_fd(&d->dir);
	d->fd = d->dir = -1;
}
