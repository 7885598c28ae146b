/* SPDX-License-Identifier: MIT */
/* Ends of a copy: opened, compared, given back. */
#include "cli/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/base.h"

/* What a new file may have of its source's mode, and one without a source. */
enum { MODE_MAX = 0777, MODE_DEFAULT = 0666 };

/* ── Opening ── */

static int connect_to(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	auto_close int fd = -1;

	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&un, sizeof(un)) < 0)
		return -errno;
	return take_fd(&fd);
}

/* A socket is the one thing with a path that open() does not open. */
static int open_path(const char *path, int flags)
{
	struct stat st;
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
	int error = errno;

	if (fd >= 0)
		return fd;
	if (error == ENXIO && stat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		return connect_to(path);
	return -error;
}

static int open_end(struct end *e, int flags)
{
	if (!e->is_standard)
		e->fd = open_path(e->name, flags);
	if (e->fd < 0)
		return e->fd;
	return fstat(e->fd, &e->st) < 0 ? -errno : 0;
}

static void name_end(struct end *e, const char *path, int standard)
{
	e->is_standard = strcmp(path, "-") == 0;
	e->fd = e->is_standard ? standard : -1;
	e->name = !e->is_standard            ? path
		  : standard == STDIN_FILENO ? "standard input"
					     : "standard output";
}

int ends_open_src(struct ends *ends, const char *path)
{
	int r;

	memset(ends, 0, sizeof(*ends));
	ends->dst.fd = -1;
	name_end(&ends->src, path, STDIN_FILENO);
	r = open_end(&ends->src, O_RDONLY);
	if (r == 0 && S_ISDIR(ends->src.st.st_mode))
		return -EISDIR;
	return r;
}

/* ── The destination ── */

/*
 * Reading what one has just written never ends. Terminals and sockets are one
 * file with two directions and do not.
 */
static int is_same(const struct stat *a, const struct stat *b)
{
	if (S_ISBLK(a->st_mode) && S_ISBLK(b->st_mode))
		return a->st_rdev == b->st_rdev ? ENDS_SAME : 0;
	if (!S_ISREG(a->st_mode) && !S_ISFIFO(a->st_mode))
		return 0;
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino ? ENDS_SAME : 0;
}

/* The source's own name, inside the folder that was named. */
static int go_inside(struct ends *ends, const char *folder)
{
	const char *slash = strrchr(ends->src.name, '/');
	const char *name = slash != NULL ? slash + 1 : ends->src.name;
	const char *between = folder[strlen(folder) - 1] == '/' ? "" : "/";
	int n;

	if (ends->src.is_standard)
		return -EISDIR;
	n = snprintf(ends->inside, sizeof(ends->inside), "%s%s%s", folder,
		     between, name);
	if (n < 0 || (size_t)n >= sizeof(ends->inside))
		return -ENAMETOOLONG;
	ends->dst.name = ends->inside;
	return 0;
}

/* 1: something is there, and dst.st says what. 0: nothing. Or -errno. */
static int look_at(struct ends *ends)
{
	if (stat(ends->dst.name, &ends->dst.st) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

/* The same, and in the folder where one was named. */
static int look_inside(struct ends *ends)
{
	int r = look_at(ends);

	if (r <= 0 || !S_ISDIR(ends->dst.st.st_mode))
		return r;
	r = go_inside(ends, ends->dst.name);
	if (r == 0)
		r = look_at(ends);
	return r > 0 && S_ISDIR(ends->dst.st.st_mode) ? -EISDIR : r;
}

static int begin_draft(struct ends *ends, bool exists)
{
	mode_t mode = ends->src.is_standard ? MODE_DEFAULT
					    : ends->src.st.st_mode & MODE_MAX;
	int r = draft_begin(&ends->draft, ends->dst.name,
			    exists ? &ends->dst.st : NULL, mode);

	if (r < 0)
		return r;
	ends->drafted = true;
	ends->dst.fd = ends->draft.fd;
	return 0;
}

static int open_as_it_is(struct ends *ends)
{
	int r = open_end(&ends->dst, O_WRONLY);

	if (r < 0)
		return r;
	/* A file that was not there a moment ago would be overwritten. */
	if (!ends->dst.is_standard && S_ISREG(ends->dst.st.st_mode))
		return -EBUSY;
	return is_same(&ends->src.st, &ends->dst.st);
}

int ends_open_dst(struct ends *ends, const char *path)
{
	int there;

	name_end(&ends->dst, path, STDOUT_FILENO);
	if (ends->dst.is_standard)
		return open_as_it_is(ends);
	there = look_inside(ends);
	if (there < 0)
		return there;
	if (there && is_same(&ends->src.st, &ends->dst.st))
		return ENDS_SAME;
	if (there && !S_ISREG(ends->dst.st.st_mode))
		return open_as_it_is(ends);
	return begin_draft(ends, there);
}

/* ── Ending ── */

int ends_publish(struct ends *ends)
{
	if (ends->drafted)
		return draft_publish(&ends->draft);
	return close(take_fd(&ends->dst.fd)) < 0 ? -errno : 0;
}

void ends_done(struct ends *ends)
{
	if (ends->drafted)
		draft_finish(&ends->draft);
	else
		base_close_fd(&ends->dst.fd);
	base_close_fd(&ends->src.fd);
	ends->drafted = false;
	ends->src.fd = ends->dst.fd = -1;
}
