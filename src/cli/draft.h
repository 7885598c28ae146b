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
 */
#ifndef CLI_DRAFT_H
#define CLI_DRAFT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

enum { DRAFT_NAME_SIZE = 32 };

struct draft {
	int fd;  /* write here */
	int dir; /* the folder of both names */
	bool replaces;
	struct stat old; /* what it replaces */
	char name[NAME_MAX + 1];
	char temporary[DRAFT_NAME_SIZE]; /* "" while it has none */
};

/*
 * INT, TERM and HUP end the program from now on, with 128 and the signal's
 * number, and leave no draft behind. Those that are ignored stay ignored.
 */
void draft_watch_signals(void);

/*
 * Begins a draft of what will stand at path; a link's target is meant, not the
 * link. old is what stands there now and gives owner and mode; or it is NULL,
 * and mode is used, less the umask. 0 or -errno: nothing to finish.
 */
int draft_begin(struct draft *d, const char *path, const struct stat *old,
		mode_t mode);
/* It is whole: closes it and gives it its name. 0 or -errno. */
int draft_publish(struct draft *d);
/* Gives up what was not published. Once for each begin that answered 0. */
void draft_finish(struct draft *d);

#endif
