/* SPDX-License-Identifier: MIT */
/*
 * The one place where anything below the root is opened, and where it is
 * decided which symbolic links count. The kernel itself resolves the path and
 * refuses to leave the root (openat2(2), RESOLVE_BENEATH), in one call, so that
 * neither a mistake in a parser above nor somebody who swaps names meanwhile
 * can escape.
 *
 *      root's descriptor + "a/b" ──openat2──► descriptor ──fstat──► file, folder
 *                                                          or refused
 */
#ifndef SERVE_FIND_H
#define SERVE_FIND_H

#include <sys/stat.h>

/* Which symbolic links below the root are followed. */
enum find_links {
	FIND_INSIDE, /* relative ones whose way never leaves the root */
	FIND_NEVER,  /* none */
	FIND_FOLLOW, /* all, wherever they lead; but never a magic one */
};

struct find_root {
	int fd; /* -1: none */
	enum find_links links;
};

/*
 * Opens path ("" is the root itself) for reading; only regular files and
 * folders, nothing else is there for a client. The descriptor, with *ret_stat
 * saying what it is, or a negative errno for find_status(). A FIFO or a device
 * never blocks.
 */
int find_open(const struct find_root *root, const char *path,
	      struct stat *ret_stat);
/* What find_open() would find, without reading rights and without opening. */
int find_stat(const struct find_root *root, const char *path,
	      struct stat *ret_stat);
/* A folder that is open, once more: with a position of its own, or -errno. */
int find_again(int folder);
/* The status that a negative errno of find_open() is answered with. */
int find_status(int error);
/* The root for the others: a folder in which openat2() works, or -errno. */
int find_root(const char *path);

#endif
