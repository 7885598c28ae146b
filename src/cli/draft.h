/* SPDX-License-Identifier: MIT */
/*
 * A file that is written without a name, and takes its name only when it is
 * whole. What stands under the name until then stays what it is.
 *
 *      draft_begin ──► fd ──► bytes ──► draft_publish    renamed: all of it
 *                       └── failure, signal ──► draft_finish    none of it
 *
 * Where the file system knows no nameless files the draft has a name of its
 * own, ".pour-" and digits, which is removed whatever happens, short of KILL.
 * One that is to be resumed is called ".NAME.part", and stays.
 */
#ifndef CLI_DRAFT_H
#define CLI_DRAFT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "cli/signals.h"

struct draft_opts {
	const struct stat *old; /* what stands there; NULL: nothing does */
	mode_t mode; /* of a new file, less the umask; an old one's stays */
	bool force;  /* also over a file that may not be written to */
	bool part;   /* under a name that stays: ".NAME.part" */
	bool fresh;  /* what comes to stand there meanwhile is not replaced */
	const char *backup; /* suffix of a second name for what is replaced */
	bool sync;          /* on the disk before it has its name, and after */
};

struct draft {
	int fd;           /* read and write here */
	int dir;          /* the folder of both names */
	bool is_borrowed; /* dir is the caller's */
	struct draft_opts opts;
	struct stat old; /* what it replaces */
	char name[NAME_MAX + 1];
	char temporary[NAME_MAX + 1]; /* "" while it has none */
	struct signals_guard guard;
};

/*
 * Begins a draft of what will stand at path; a link's target is meant, not the
 * link. 0 or -errno: nothing to finish. -EBUSY: what stands there is no more
 * what was looked at, or another program writes the part. d must not move.
 */
int draft_begin(struct draft *d, const char *path,
		const struct draft_opts *opts);
/*
 * The same for a name in a folder that is open, and stays so; no link is
 * followed, but replaced. Unless something is to be replaced it does not look:
 * -EEXIST comes when it is published.
 */
int draft_begin_at(struct draft *d, int dir, const char *name,
		   const struct draft_opts *opts);
/* Owner and mode of what it replaces. */
int draft_keep_owner(const struct draft *d);
/* It is whole: closes it and gives it its name. 0 or -errno. */
int draft_publish(struct draft *d);
/* Gives up what was not published. Once for each begin that answered 0. */
void draft_finish(struct draft *d);

/*
 * Opens the folder of path, links followed to the last, into *ret_dir, O_PATH,
 * and the name in it into name. 0 or -errno.
 */
int draft_locate(const char *path, int *ret_dir, char name[NAME_MAX + 1]);
/*
 * Gives what fd names, with a name or without, that name in dir. 0 or -errno,
 * -EEXIST among them.
 */
int draft_link(int fd, int dir, const char *name);
/* A temporary name that is free, most likely. */
void draft_make_name(char name[NAME_MAX + 1]);

#endif
