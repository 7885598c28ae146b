/* SPDX-License-Identifier: MIT */
/* A folder of its own for a test, with what it puts there. */
#ifndef TESTS_SERVE_TREE_H
#define TESTS_SERVE_TREE_H

#include <stddef.h>

struct tree {
	char path[64];
	int root; /* its descriptor */
};

enum { TREE_PATH_SIZE = 128 };

/* Fails the test when anything goes wrong; so do the others. */
void tree_init(struct tree *t);
void tree_done(struct tree *t);
/* The whole path of name. */
void tree_path(const struct tree *t, const char *name,
	       char ret[TREE_PATH_SIZE]);
void tree_folder(const struct tree *t, const char *name);
/* A file of that text, changed in 2001, so that its validators are strong. */
void tree_file(const struct tree *t, const char *name, const char *text);
/* One of size bytes, all zero and sparse. */
void tree_sparse(const struct tree *t, const char *name, size_t size);
void tree_link(const struct tree *t, const char *name, const char *to);

#endif
