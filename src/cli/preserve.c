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
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/base.h"
#include "base/slice.h"

#define ACL_NAME "system.posix_acl_access"

enum { VALUE_MAX = 64 * 1024, LIST_MAX = 64 * 1024 };

static const struct {
	const char *name;
	unsigned what;
} names[] = {
	{"mode",        PRESERVE_MODE  },
        { "owner",      PRESERVE_OWNER },
	{ "ownership",  PRESERVE_OWNER },
        { "times",      PRESERVE_TIMES },
	{ "timestamps", PRESERVE_TIMES },
        { "xattrs",     PRESERVE_XATTRS},
	{ "xattr",      PRESERVE_XATTRS},
};

static unsigned find(struct slice word)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (slice_is(word, slice_of(names[i].name)))
			return names[i].what;
	return 0;
}

bool preserve_parse(const char *list, struct preserve *ret)
{
	struct preserve p = { .must = true };

	if (strcmp(list, "all") == 0) {
		*ret = (struct preserve){ .what = PRESERVE_ALL };
		return true;
	}
	for (;;) {
		size_t len = strcspn(list, ",");
		unsigned what = find((struct slice){ list, len });

		if (what == 0)
			return false;
		p.what |= what;
		if (list[len] == '\0')
			break;
		list += len + 1;
	}
	*ret = p;
	return true;
}

/* What this user or this file system does not have. */
static int forgive(const struct preserve *p, int error)
{
	bool is_lack = error == -EPERM || error == -EACCES ||
		       error == -EOPNOTSUPP || error == -ENOSPC ||
		       error == -ERANGE || error == -E2BIG;

	return is_lack && !p->must ? 0 : error;
}

/* ── Owner ── */

static int keep_owner(int dst, const struct stat *st)
{
	if (fchown(dst, st->st_uid, st->st_gid) == 0)
		return 0;
	if (errno != EPERM)
		return -errno;
	/* Somebody's own groups may be given. */
	return fchown(dst, (uid_t)-1, st->st_gid) < 0 ? -errno : -EPERM;
}

/* ── Attributes ── */

struct values {
	char list[LIST_MAX];
	char value[VALUE_MAX];
};

static int copy_xattr(struct values *v, int dst, int src, const char *name)
{
	ssize_t n = fgetxattr(src, name, v->value, sizeof(v->value));

	/* It may have gone since it was listed. */
	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	return fsetxattr(dst, name, v->value, (size_t)n, 0) < 0 ? -errno : 0;
}

static bool is_xattr(const char *name)
{
	return strncmp(name, "system.", strlen("system.")) != 0;
}

static int copy_xattrs(struct values *v, const struct preserve *p, int dst,
		       int src)
{
	ssize_t len = flistxattr(src, v->list, sizeof(v->list));

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

static int keep_xattrs(const struct preserve *p, int dst, int src)
{
	struct values *v = malloc(sizeof(*v));
	int r = v != NULL ? copy_xattrs(v, p, dst, src) : -ENOMEM;

	free(v);
	return r;
}

/* ── Mode ── */

/* One that the folder gave to the copy goes, if the source has none. */
static int keep_acl(int dst, int src)
{
	struct values *v = malloc(sizeof(*v));
	ssize_t n;
	int r = 0;

	if (v == NULL)
		return -ENOMEM;
	n = fgetxattr(src, ACL_NAME, v->value, sizeof(v->value));
	if (n >= 0)
		r = fsetxattr(dst, ACL_NAME, v->value, (size_t)n, 0) < 0
			    ? -errno
			    : 0;
	else if (errno == ENODATA || errno == EOPNOTSUPP)
		(void)fremovexattr(dst, ACL_NAME);
	else
		r = -errno;
	free(v);
	return r;
}

/* What belongs to somebody else must not run as them. */
static int keep_mode(int dst, int src, const struct stat *st)
{
	mode_t mode = st->st_mode & ALLPERMS;
	struct stat now;
	int r;

	if (fstat(dst, &now) < 0)
		return -errno;
	if (now.st_uid != st->st_uid)
		mode &= (mode_t)~S_ISUID;
	if (now.st_gid != st->st_gid)
		mode &= (mode_t)~S_ISGID;
	r = keep_acl(dst, src);
	if (fchmod(dst, mode) < 0)
		return -errno;
	return r;
}

/* ── All ── */

static int keep_times(int dst, const struct stat *st)
{
	const struct timespec times[] = { st->st_atim, st->st_mtim };

	return futimens(dst, times) < 0 ? -errno : 0;
}

int preserve_file(const struct preserve *p, int dst, int src,
		  const struct stat *st, const char **ret_what)
{
	int r = 0;

	*ret_what = "owner";
	if (p->what & PRESERVE_OWNER)
		r = forgive(p, keep_owner(dst, st));
	if (r < 0)
		return r;
	*ret_what = "extended attributes";
	if (p->what & PRESERVE_XATTRS)
		r = keep_xattrs(p, dst, src);
	if (r < 0)
		return r;
	*ret_what = "mode";
	if (p->what & PRESERVE_MODE)
		r = forgive(p, keep_mode(dst, src, st));
	if (r < 0)
		return r;
	*ret_what = "times";
	if (p->what & PRESERVE_TIMES)
		r = forgive(p, keep_times(dst, st));
	return r;
}
