/* SPDX-License-Identifier: MIT */
/* An open end, made ready for bytes: how wide, how many, and not blocking. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/end.h"
#include "cli/say.h"

/*
 * Of a pipe that is copied from or to: what an ordinary user may ask for at
 * once, and a 64th of what such a user may have in all. Half of it takes a
 * fifth more of the CPU between two pipes.
 */
enum { PIPE_SIZE = 1024 * 1024, FD_PATH_SIZE = 32 };

void end_widen(const struct end *e)
{
	if (S_ISFIFO(e->st.st_mode) && fcntl(e->fd, F_GETPIPE_SZ) < PIPE_SIZE)
		(void)fcntl(e->fd, F_SETPIPE_SZ, PIPE_SIZE);
}

/* What is left of the source from where it stands; 0: nobody knows. */
static uint64_t rest_of(const struct end *src)
{
	off_t at = lseek(src->fd, 0, SEEK_CUR);

	if (!S_ISREG(src->st.st_mode) || at < 0 || src->st.st_size <= at)
		return 0;
	return (uint64_t)(src->st.st_size - at);
}

uint64_t end_to_come(const struct end *src, uint64_t limit)
{
	uint64_t rest = rest_of(src);

	if (limit == UINT64_MAX || rest == 0)
		return rest > 0 || limit == UINT64_MAX ? rest : limit;
	return MIN(rest, limit);
}

/* What was copied by read(), or cloned, is what was there. */
static bool is_sure(const struct pour_account *a, uint64_t promised)
{
	return a->taken >= promised &&
	       a->moved[POUR_BY_COPY] + a->moved[POUR_BY_CLONE] == a->taken;
}

bool end_shrank(const struct end *src, const struct pour_account *a,
		uint64_t promised)
{
	off_t at = lseek(src->fd, 0, SEEK_CUR), left;
	struct stat now;

	if (promised == 0 || !S_ISREG(src->st.st_mode) ||
	    is_sure(a, promised) || fstat(src->fd, &now) < 0)
		return false;
	/* One that ends early, but never was longer, kept its promise. */
	if (now.st_size >= (a->taken < promised ? src->st.st_size : at))
		return false;
	left = (off_t)a->taken - MAX(at - now.st_size, (off_t)0);
	say("%s: it shrank while it was copied: %llu of %llu bytes were left",
	    src->name, (unsigned long long)MAX(left, (off_t)0),
	    (unsigned long long)promised);
	return true;
}

/* ── Not blocking ── */

static bool is_ours(const struct end *e)
{
	return e->how != END_STANDARD && e->how != END_FD;
}

/*
 * Flags of what we were given are shared with whoever else has it. A pipe or a
 * terminal can be opened once more, for us alone.
 */
static int reopen(const struct end *e)
{
	char path[FD_PATH_SIZE];
	int flags = fcntl(e->fd, F_GETFL);

	if (flags < 0 || (!S_ISFIFO(e->st.st_mode) && !isatty(e->fd)))
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", e->fd);
	return open(path,
		    (flags & O_ACCMODE) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* A number of its own: two ends may be the same one, and each is closed. */
static void take(struct end *e)
{
	int fd = reopen(e);

	if (fd < 0)
		fd = fcntl(e->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd >= 0)
		e->fd = fd;
}

void end_unblock(struct end *e)
{
	int flags;

	if (!is_ours(e))
		take(e);
	flags = fcntl(e->fd, F_GETFL);
	if (flags < 0 || flags & O_NONBLOCK)
		return;
	if (!is_ours(e) && !S_ISSOCK(e->st.st_mode))
		return;
	if (fcntl(e->fd, F_SETFL, flags | O_NONBLOCK) == 0)
		e->blocked = !is_ours(e);
}

void end_restore(struct end *e)
{
	int flags = e->blocked ? fcntl(e->fd, F_GETFL) : -1;

	if (flags >= 0)
		(void)fcntl(e->fd, F_SETFL, flags & ~O_NONBLOCK);
	e->blocked = false;
}
