/* SPDX-License-Identifier: MIT */
/* Ends of a copy: opened, compared, given back. */
#include "cli/ends.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

/* What a new file may have of its source's mode, and one without a source. */
enum { MODE_MAX = 0777, MODE_DEFAULT = 0666 };

int ends_spell(struct ends *ends, const char *const operands[2],
	       const struct end **ret_wrong)
{
	int r;

	memset(ends, 0, sizeof(*ends));
	ends->dst.fd = -1;
	r = end_spell(&ends->src, operands[0], STDIN_FILENO);
	*ret_wrong = &ends->src;
	if (r < 0)
		return r;
	*ret_wrong = &ends->dst;
	return end_spell(&ends->dst, operands[1], STDOUT_FILENO);
}

int ends_open_src(struct ends *ends, const struct ends_opts *opts)
{
	int r;

	ends->opts = *opts;
	r = end_open(&ends->src, O_RDONLY, &opts->end);
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

	if (ends->src.how != END_PATH)
		return -EISDIR;
	n = snprintf(ends->inside, sizeof(ends->inside), "%s%s%s", folder,
		     between, name);
	if (n < 0 || (size_t)n >= sizeof(ends->inside))
		return -ENAMETOOLONG;
	ends->dst.name = ends->dst.where = ends->inside;
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

static mode_t mode_of_new(const struct ends *ends)
{
	return ends->src.how == END_PATH && !S_ISSOCK(ends->src.st.st_mode)
		       ? ends->src.st.st_mode & MODE_MAX
		       : MODE_DEFAULT;
}

/* The file may be written to, but not its folder: it takes another way. */
static bool is_alone(const struct ends *ends, int error)
{
	return (error == -ENOENT || error == -EACCES || error == -EPERM) &&
	       faccessat(AT_FDCWD, ends->dst.name, W_OK, AT_EACCESS) == 0;
}

static int begin_draft(struct ends *ends, bool exists)
{
	struct draft_opts opts = {
		.old = exists ? &ends->dst.st : NULL,
		.mode = mode_of_new(ends),
		.force = ends->opts.force,
		.part = ends->opts.part,
		.fresh = ends->opts.fresh,
		.backup = ends->opts.backup,
		.sync = ends->opts.sync,
	};
	int r = draft_begin(&ends->draft, ends->dst.name, &opts);

	if (r == -EBUSY && opts.part)
		(void)snprintf(ends->dst.why, sizeof(ends->dst.why),
			       "another program writes its part, .%.200s.part",
			       ends->draft.name);
	else if (!opts.part && (r == -EBUSY || r == -EEXIST))
		(void)snprintf(ends->dst.why, sizeof(ends->dst.why),
			       "another file took its name meanwhile");
	else if (exists && is_alone(ends, r))
		(void)snprintf(ends->dst.why, sizeof(ends->dst.why),
			       "no file can be made beside it (%s); --inplace "
			       "writes into it",
			       strerror(-r));
	if (r < 0)
		return r;
	ends->drafted = true;
	ends->dst.fd = ends->draft.fd;
	return fstat(ends->dst.fd, &ends->dst.st) < 0 ? -errno : 0;
}

/* Readable where that is allowed: what was written may be looked at again. */
static int open_in_place(struct ends *ends)
{
	int flags = O_CREAT | O_CLOEXEC | O_NOCTTY;
	mode_t mode = mode_of_new(ends);

	ends->dst.fd = open(ends->dst.name, flags | O_RDWR, mode);
	if (ends->dst.fd < 0 && errno == EACCES)
		ends->dst.fd = open(ends->dst.name, flags | O_WRONLY, mode);
	if (ends->dst.fd < 0 || fstat(ends->dst.fd, &ends->dst.st) < 0)
		return -errno;
	ends->overwritten = S_ISREG(ends->dst.st.st_mode);
	return is_same(&ends->src.st, &ends->dst.st);
}

/* Where several append each byte has a place of its own: that is O_APPEND. */
static int open_to_append(struct ends *ends)
{
	ends->dst.fd = open(ends->dst.name,
			    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
				    O_NOCTTY,
			    mode_of_new(ends));
	if (ends->dst.fd < 0 || fstat(ends->dst.fd, &ends->dst.st) < 0)
		return -errno;
	return is_same(&ends->src.st, &ends->dst.st);
}

static int open_as_it_is(struct ends *ends)
{
	int r = end_open(&ends->dst, O_WRONLY, &ends->opts.end);

	if (r < 0)
		return r;
	/* A file that was not there a moment ago would be overwritten. */
	if (ends->dst.how == END_PATH && S_ISREG(ends->dst.st.st_mode))
		return -EBUSY;
	return is_same(&ends->src.st, &ends->dst.st);
}

static int open_named(struct ends *ends)
{
	int there = look_inside(ends);

	if (there < 0)
		return there;
	if (there && is_same(&ends->src.st, &ends->dst.st))
		return ENDS_SAME;
	if (there && !S_ISREG(ends->dst.st.st_mode))
		return open_as_it_is(ends);
	if (there && ends->opts.fresh)
		return ENDS_KEPT;
	if (ends->opts.inplace)
		return open_in_place(ends);
	if (ends->opts.append)
		return open_to_append(ends);
	return begin_draft(ends, there);
}

int ends_open_dst(struct ends *ends)
{
	return ends->dst.how == END_PATH ? open_named(ends)
					 : open_as_it_is(ends);
}

/* ── Ending ── */

/* What an older and longer file has more than the new one. */
static int cut(int fd)
{
	off_t at = lseek(fd, 0, SEEK_CUR);

	return at < 0 || ftruncate(fd, at) < 0 ? -errno : 0;
}

/* What cannot be synced (a pipe, a terminal) says EINVAL and needs it not. */
static int sync_fd(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

int ends_settle(struct ends *ends)
{
	if (ends->drafted)
		return draft_keep_owner(&ends->draft);
	return ends->overwritten ? cut(ends->dst.fd) : 0;
}

int ends_publish(struct ends *ends)
{
	int r = 0;

	if (ends->drafted)
		return draft_publish(&ends->draft);
	if (ends->opts.sync)
		r = sync_fd(ends->dst.fd);
	return r < 0 ? r : end_close(&ends->dst);
}

static void give_back(struct end *e)
{
	end_restore(e);
	base_close_fd(&e->fd);
}

void ends_done(struct ends *ends)
{
	if (ends->drafted)
		draft_finish(&ends->draft);
	else
		give_back(&ends->dst);
	give_back(&ends->src);
	ends->drafted = ends->overwritten = false;
	ends->src.fd = ends->dst.fd = -1;
}
