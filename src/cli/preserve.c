/* SPDX-License-Identifier: MIT */
/*
 * Attributes from file to file, in an order in which none undoes another:
 *
 *      owner ──► attributes ──► mode, ACL ──► times
 *
 * A change of owner takes set-ID bits and capabilities away, a change of mode
 * rewrites an ACL, and each changes a time.
 */
#include "cli/preserve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/base.h"

#define ACL_NAME   "system.posix_acl_access"
#define ACL_OF_NEW "system.posix_acl_default"

enum { VALUE_MAX = 64 * 1024, LIST_MAX = 64 * 1024, PATH_SIZE = 32 };

/* What this user or this file system does not have. */
static int forgive(const struct preserve *p, int error)
{
	bool is_lack = error == -EPERM || error == -EACCES ||
		       error == -EOPNOTSUPP || error == -ENOSPC ||
		       error == -ERANGE || error == -E2BIG;

	return is_lack && !p->must ? 0 : error;
}

/* ── One file ── */

/*
 * A descriptor, or, of one that is O_PATH, the path by which the calls below
 * reach what it names; what it names is not followed, if it is a link.
 */
struct at {
	int fd;
	char path[PATH_SIZE];
	struct preserve_made *made; /* of a copy, or NULL */
};

static struct at at_fd(int fd)
{
	return (struct at){ .fd = fd };
}

static struct at at_node(int fd)
{
	struct at at = { .fd = fd };

	(void)snprintf(at.path, sizeof(at.path), "/proc/self/fd/%d", fd);
	return at;
}

static ssize_t list(const struct at *at, char *ret, size_t size)
{
	return at->path[0] != '\0' ? listxattr(at->path, ret, size)
				   : flistxattr(at->fd, ret, size);
}

static ssize_t get(const struct at *at, const char *name, char *ret,
		   size_t size)
{
	return at->path[0] != '\0' ? getxattr(at->path, name, ret, size)
				   : fgetxattr(at->fd, name, ret, size);
}

static int set(const struct at *at, const char *name, const char *value,
	       size_t size)
{
	int r = at->path[0] != '\0' ? setxattr(at->path, name, value, size, 0)
				    : fsetxattr(at->fd, name, value, size, 0);

	return r < 0 ? -errno : 0;
}

static int change_mode(const struct at *at, mode_t mode)
{
	int r = at->path[0] != '\0' ? chmod(at->path, mode)
				    : fchmod(at->fd, mode);

	return r < 0 ? -errno : 0;
}

/* ── What the copy is ── */

static bool is_bare(const struct at *dst)
{
	return dst->made != NULL && dst->made->is_bare;
}

static int look_at(const struct at *dst, struct stat *ret)
{
	if (is_bare(dst)) {
		*ret = dst->made->st;
		return 0;
	}
	if (fstat(dst->fd, ret) < 0)
		return -errno;
	if (dst->made != NULL)
		dst->made->st = *ret;
	return 0;
}

/* Whether it was made without any. */
static bool has_none(const struct at *dst)
{
	bool none = is_bare(dst) || list(dst, NULL, 0) == 0;

	if (dst->made != NULL)
		dst->made->is_bare = none;
	return none;
}

/* ── Owner ── */

static int change_owner(const struct at *dst, uid_t uid, gid_t gid)
{
	return fchownat(dst->fd, "", uid, gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
}

/* now is what the copy has, and is kept true. */
static int keep_owner(const struct at *dst, const struct stat *st,
		      struct stat *now)
{
	int r;

	if (now->st_uid == st->st_uid && now->st_gid == st->st_gid)
		return 0;
	r = change_owner(dst, st->st_uid, st->st_gid);
	/* Somebody's own groups may be given. */
	if (r == -EPERM && change_owner(dst, (uid_t)-1, st->st_gid) < 0)
		return r;
	/* A change takes bits of the mode away. */
	if (fstat(dst->fd, now) < 0)
		return -errno;
	return r;
}

/* ── Attributes ── */

struct values {
	char list[LIST_MAX];
	char value[VALUE_MAX];
};

static int copy_xattr(struct values *v, const struct at *dst,
		      const struct at *src, const char *name)
{
	ssize_t n = get(src, name, v->value, sizeof(v->value));

	/* It may have gone since it was listed. */
	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	return set(dst, name, v->value, (size_t)n);
}

static bool is_xattr(const char *name)
{
	return strncmp(name, "system.", strlen("system.")) != 0;
}

static int copy_xattrs(struct values *v, const struct preserve *p,
		       const struct at *dst, const struct at *src)
{
	ssize_t len = list(src, v->list, sizeof(v->list));

	if (len < 0)
		return errno == EOPNOTSUPP ? 0 : forgive(p, -errno);
	for (const char *at = v->list; at < v->list + len;
	     at += strlen(at) + 1) {
		int r = is_xattr(at) ? copy_xattr(v, dst, src, at) : 0;

		r = forgive(p, r);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Room for them, and then they are copied. */
static int keep_xattrs(const struct preserve *p, const struct at *dst,
		       const struct at *src)
{
	struct values *v = malloc(sizeof(*v));
	int r = v != NULL ? copy_xattrs(v, p, dst, src) : -ENOMEM;

	free(v);
	return r;
}

/* ── Mode ── */

/* One that the folder gave to the copy goes, if the source has none. */
static int copy_acl(struct values *v, const struct at *dst,
		    const struct at *src, const char *name)
{
	ssize_t n = get(src, name, v->value, sizeof(v->value));

	if (n >= 0)
		return set(dst, name, v->value, (size_t)n);
	if (errno != ENODATA && errno != EOPNOTSUPP)
		return -errno;
	(void)(dst->path[0] != '\0' ? removexattr(dst->path, name)
				    : fremovexattr(dst->fd, name));
	return 0;
}

static int keep_acls(const struct at *dst, const struct at *src, bool is_folder)
{
	struct values *v = malloc(sizeof(*v));
	int r;

	if (v == NULL)
		return -ENOMEM;
	r = copy_acl(v, dst, src, ACL_NAME);
	if (r == 0 && is_folder)
		r = copy_acl(v, dst, src, ACL_OF_NEW);
	free(v);
	return r;
}

/*
 * Lists that exist are listed as attributes: most files have none, and need no
 * more than to be asked.
 */
static int keep_lists(const struct at *dst, const struct at *src, bool has_some,
		      bool is_folder, struct stat *now)
{
	int r;

	if (!has_some && has_none(dst))
		return 0;
	r = keep_acls(dst, src, is_folder);
	/* One has bits of the mode in it. */
	return fstat(dst->fd, now) < 0 ? -errno : r;
}

/* What belongs to somebody else must not run as them. */
static int keep_mode(const struct at *dst, const struct stat *st,
		     const struct stat *now)
{
	mode_t mode = st->st_mode & ALLPERMS;

	if (now->st_uid != st->st_uid)
		mode &= (mode_t)~S_ISUID;
	if (now->st_gid != st->st_gid)
		mode &= (mode_t)~S_ISGID;
	return (now->st_mode & ALLPERMS) != mode ? change_mode(dst, mode) : 0;
}

/* ── All ── */

static int keep_times(const struct at *dst, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };
	int r = dst->path[0] != '\0'
			? utimensat(dst->fd, "", times, AT_EMPTY_PATH)
			: futimens(dst->fd, times);

	return r < 0 ? -errno : 0;
}

static int keep_mode_and_lists(const struct at *dst, const struct at *src,
			       bool has_some, const struct stat *st,
			       struct stat *now)
{
	int lists = keep_lists(dst, src, has_some, S_ISDIR(st->st_mode), now);
	int mode = keep_mode(dst, st, now);

	return mode < 0 ? mode : lists;
}

static int keep(const struct preserve *p, const struct at *dst,
		const struct at *src, const struct stat *st,
		const char **ret_what)
{
	bool has_some = p->what & (PRESERVE_MODE | PRESERVE_XATTRS) &&
			list(src, NULL, 0) != 0;
	struct stat now;
	int r = look_at(dst, &now);

	*ret_what = "owner";
	if (r == 0 && p->what & PRESERVE_OWNER)
		r = forgive(p, keep_owner(dst, st, &now));
	if (r < 0)
		return r;
	*ret_what = "extended attributes";
	if (p->what & PRESERVE_XATTRS && has_some)
		r = keep_xattrs(p, dst, src);
	if (r < 0)
		return r;
	*ret_what = "mode";
	if (p->what & PRESERVE_MODE && !S_ISLNK(st->st_mode))
		r = forgive(p,
			    keep_mode_and_lists(dst, src, has_some, st, &now));
	if (r < 0)
		return r;
	*ret_what = "times";
	if (p->what & PRESERVE_TIMES)
		r = forgive(p, keep_times(dst, st));
	return r;
}

int preserve_file(const struct preserve *p, const struct preserve_pair *pair,
		  const char **ret_what)
{
	struct at dst = at_fd(pair->dst), src = at_fd(pair->src);

	dst.made = pair->made;
	return keep(p, &dst, &src, pair->st, ret_what);
}

int preserve_node(const struct preserve *p, const struct preserve_pair *pair,
		  const char **ret_what)
{
	struct at dst = at_node(pair->dst), src = at_node(pair->src);

	dst.made = pair->made;
	return keep(p, &dst, &src, pair->st, ret_what);
}
