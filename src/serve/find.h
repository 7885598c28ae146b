/* SPDX-License-Identifier: MIT */
/*
 * The one place where anything below the root is opened. The kernel itself
 * resolves the path and refuses to leave the root (openat2(2),
 * RESOLVE_BENEATH), so that a mistake in a parser above cannot escape.
 *
 *      root's descriptor + "a/b" ──openat2──► descriptor ──fstat──► file, folder
 *                                                          or refused
 */
#ifndef SERVE_FIND_H
#define SERVE_FIND_H

#include <sys/stat.h>

/*
 * Opens path ("" is the root itself) for reading; only regular files and
 * folders, nothing else is there for a client. The descriptor, with *ret_stat
 * saying what it is, or a negative errno for find_status(). A FIFO or a device
 * never blocks.
 */
int find_open(int root, const char *path, struct stat *ret_stat);
/* What find_open() would find, without reading rights and without opening. */
int find_stat(int root, const char *path, struct stat *ret_stat);
/* The status that a negative errno of find_open() is answered with. */
int find_status(int error);
/* The root for the others: a folder in which openat2() works, or -errno. */
int find_root(const char *path);

#endif
