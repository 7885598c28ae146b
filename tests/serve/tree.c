/* SPDX-License-Identifier: MIT */
/* Folders for tests, made and removed. */
#include "tree.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/find.h"
#include "test.h"

void tree_init(struct tree *t)
{
	*t = (struct tree){ .path = "/tmp/pour-test-XXXXXX" };
	assert_non_null(mkdtemp(t->path));
	t->root = find_root(t->path);
	assert_true(t->root >= 0);
}

static int remove_one(const char *path, const struct stat *st, int what,
		      struct FTW *where)
{
	(void)st;
	(void)what;
	(void)where;
	return remove(path);
}

void tree_done(struct tree *t)
{
	assert_int_equal(close(t->root), 0);
	assert_int_equal(nftw(t->path, remove_one, 16, FTW_DEPTH | FTW_PHYS),
			 0);
}

void tree_path(const struct tree *t, const char *name, char ret[TREE_PATH_SIZE])
{
	assert_true(snprintf(ret, TREE_PATH_SIZE, "%s/%s", t->path, name) <
		    TREE_PATH_SIZE);
}

void tree_folder(const struct tree *t, const char *name)
{
	assert_int_equal(mkdirat(t->root, name, 0755), 0);
}

static int create(const struct tree *t, const char *name)
{
	int fd = openat(t->root, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	assert_true(fd >= 0);
	return fd;
}

void tree_file(const struct tree *t, const char *name, const char *text)
{
	const struct timespec old[2] = { { .tv_sec = 1000000000 },
					 { .tv_sec = 1000000000 } };
	int fd = create(t, name);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, old), 0);
	assert_int_equal(close(fd), 0);
}

void tree_sparse(const struct tree *t, const char *name, size_t size)
{
	int fd = create(t, name);

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(close(fd), 0);
}

void tree_link(const struct tree *t, const char *name, const char *to)
{
	assert_int_equal(symlinkat(to, t->root, name), 0);
}
