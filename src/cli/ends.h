/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a copy: from what was written on the command line to
 * descriptors, and what has to happen when the bytes are there.
 *
 *      "-"  standard input, output
 *      path file, or nothing yet ──► a draft (draft.h), renamed at the end
 *           folder               ──► the file goes inside it
 *           anything else        ──► written to as it is
 */
#ifndef CLI_ENDS_H
#define CLI_ENDS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "cli/draft.h"

struct end {
	const char *name; /* for messages: as it was written */
	bool is_standard; /* it was "-" */
	int fd;
	struct stat st;
};

struct ends {
	struct end src, dst;
	bool drafted;
	struct draft draft;
	char inside[PATH_MAX]; /* name of dst, when a folder was named */
};

/* What ends_open_dst() says of a file that would be copied onto itself. */
enum { ENDS_SAME = 1 };

/* Opens the source; must be first. 0 or -errno, of ends->src. */
int ends_open_src(struct ends *ends, const char *path);
/* Opens the destination. 0, ENDS_SAME, or -errno, of ends->dst. */
int ends_open_dst(struct ends *ends, const char *path);
/*
 * The bytes are there: closes the destination, a draft is published. 0 or
 * -errno, of ends->dst.
 */
int ends_publish(struct ends *ends);
/* Gives back everything, what was not published as well. */
void ends_done(struct ends *ends);

#endif
