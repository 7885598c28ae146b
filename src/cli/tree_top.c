/* SPDX-License-Identifier: MIT */
/* The two tops of a tree: the only ones that paths lead to. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"
#include "cli/tree.h"

enum { ENTER = O_RDONLY | O_DIRECTORY | O_CLOEXEC };

/* Where the top of the copy will be. */
struct place {
	int dir;                 /* its folder, O_PATH or not */
	char name[NAME_MAX + 1]; /* "": dir is it */
};

/* ── Where ── */

/* The last part of a path, without slashes; false: it has no name. */
static bool last_part(const char *path, char ret[NAME_MAX + 1])
{
	size_t end = strlen(path), begin;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
		;
	if (end - begin > NAME_MAX)
		return false;
	memcpy(ret, path + begin, end - begin);
	ret[end - begin] = '\0';
	return ret[0] != '\0' && strcmp(ret, ".") != 0 &&
	       strcmp(ret, "..") != 0;
}

/* Of a folder that is to be made: slashes at its end mean nothing. */
static int place_new(const char *path, struct place *ret)
{
	size_t len = strlen(path);
	char *copy = strdup(path);
	int r;

	if (copy == NULL)
		return -ENOMEM;
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	r = draft_locate(copy, &ret->dir, ret->name);
	free(copy);
	return r;
}

static int find_place(const struct tree *t, struct place *ret)
{
	ret->dir = open(t->dst_name, ENTER);
	if (ret->dir < 0)
		return errno == ENOENT ? place_new(t->dst_name, ret) : -errno;
	if (!last_part(t->src_name, ret->name))
		ret->name[0] = '\0';
	return 0;
}

/* ── Not inside itself ── */

/* 1: fd is the folder of st, or below it. */
static int is_below(int fd, const struct stat *of)
{
	auto_close int here = openat(fd, ".", O_PATH | O_CLOEXEC);
	struct stat st, up;

	if (here < 0 || fstat(here, &st) < 0)
		return -errno;
	for (;;) {
		int next;

		if (st.st_dev == of->st_dev && st.st_ino == of->st_ino)
			return 1;
		next = openat(here, "..", O_PATH | O_CLOEXEC);
		if (next < 0 || fstat(next, &up) < 0)
			return -errno;
		(void)close(here);
		here = next;
		if (up.st_dev == st.st_dev && up.st_ino == st.st_ino)
			return 0;
		st = up;
	}
}

static int check_place(const struct tree *t, const struct place *p)
{
	int r = is_below(p->dir, &t->top->st);

	if (r < 0)
		return say_error(t->dst_name, r);
	if (r == 0)
		return EXIT_DONE;
	say("%s is in %s, which cannot be copied into itself", t->dst_name,
	    t->src_name);
	return EXIT_FAILED;
}

/* ── Opening ── */

static int open_copy(struct tree *t, const struct place *p)
{
	struct tree_folder *f = t->top;
	struct stat st;

	f->made = p->name[0] != '\0' && mkdirat(p->dir, p->name, S_IRWXU) == 0;
	if (!f->made && p->name[0] != '\0' && errno != EEXIST)
		return -errno;
	f->dst = openat(p->dir, p->name[0] != '\0' ? p->name : ".",
			ENTER | O_NOFOLLOW);
	if (f->dst < 0 || fstat(f->dst, &st) < 0)
		return -errno;
	f->dst_dev = t->dst_dev = st.st_dev;
	f->dst_ino = t->dst_ino = st.st_ino;
	f->dst_mode = st.st_mode & ALLPERMS;
	if (!f->made && (st.st_mode & S_IRWXU) != S_IRWXU)
		(void)fchmod(f->dst, f->dst_mode | S_IRWXU);
	return 0;
}

/* What the copy is called in messages: where it is. */
static int name_copy(struct tree *t, const struct place *p, bool is_inside)
{
	const char *dst = t->dst_name;
	const char *between = dst[strlen(dst) - 1] == '/' ? "" : "/";

	if (!is_inside)
		return 0;
	if (asprintf(&t->inside, "%s%s%s", dst, between, p->name) < 0) {
		t->inside = NULL;
		return -ENOMEM;
	}
	t->dst_name = t->inside;
	return 0;
}

static int open_dst(struct tree *t)
{
	struct place p = { .dir = -1 };
	int r = find_place(t, &p);
	struct stat there;
	auto_close int dir = p.dir;
	bool is_inside = r == 0 && p.name[0] != '\0' &&
			 stat(t->dst_name, &there) == 0;

	if (r < 0)
		return say_error(t->dst_name, r);
	if (check_place(t, &p) != EXIT_DONE)
		return EXIT_FAILED;
	r = name_copy(t, &p, is_inside);
	if (r == 0)
		r = open_copy(t, &p);
	if (r < 0)
		return say_error(t->dst_name, r);
	if (t->dst_dev != t->top->st.st_dev || t->dst_ino != t->top->st.st_ino)
		return EXIT_DONE;
	say("%s and %s are the same folder", t->src_name, t->dst_name);
	return EXIT_FAILED;
}

int tree_open(struct tree *t)
{
	struct tree_folder *f = tree_folder_new(t, NULL, "");

	if (f == NULL)
		return say_error(t->src_name, -ENOMEM);
	t->top = f;
	f->src = open(t->src_name, ENTER);
	if (f->src < 0 || fstat(f->src, &f->st) < 0)
		return say_error(t->src_name, -errno);
	return open_dst(t);
}
