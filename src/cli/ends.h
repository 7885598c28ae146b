/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a copy, and what has to happen when the bytes are there.
 * A destination that is a path is
 *
 *      a file, or nothing yet ──► a draft (draft.h), renamed at the end
 *                             ├─► with inplace: opened and overwritten
 *                             └─► with append: opened, and goes on at its end
 *      a folder               ──► the file goes inside it
 *      anything else          ──► written to as it is
 */
#ifndef CLI_ENDS_H
#define CLI_ENDS_H

#include <limits.h>
#include <stdbool.h>

#include "cli/draft.h"
#include "cli/end.h"

struct ends_opts {
	struct end_opts end;
	bool append, force, fresh, inplace, part, sync;
	const char *backup; /* a suffix, or NULL */
};

struct ends {
	struct end src, dst;
	struct ends_opts opts;
	bool drafted;
	bool overwritten; /* dst is a file that is written in place */
	struct draft draft;
	char inside[PATH_MAX]; /* name of dst, when a folder was named */
};

/* What ends_open_dst() says beside 0 and -errno. */
enum {
	ENDS_SAME = 1, /* a file would be copied onto itself */
	ENDS_KEPT,     /* opts.fresh, and there is a file */
};

/*
 * Reads what was written; opens nothing. 0, or as end_spell(), and then
 * *ret_wrong is the end that it is about.
 */
int ends_spell(struct ends *ends, const char *const operands[2],
	       const struct end **ret_wrong);
/* Opens the source; must be first. 0 or -errno, of ends->src. */
int ends_open_src(struct ends *ends, const struct ends_opts *opts);
/* Opens the destination. 0, ENDS_SAME, ENDS_KEPT, or -errno, of ends->dst. */
int ends_open_dst(struct ends *ends);
/*
 * The bytes are there: a file gets its length, and owner and mode of what it
 * replaces. 0 or -errno, of ends->dst.
 */
int ends_settle(struct ends *ends);
/* Closes the destination, a draft is published. 0 or -errno, of ends->dst. */
int ends_publish(struct ends *ends);
/* Gives back everything, what was not published as well. */
void ends_done(struct ends *ends);

/* Whether dst is a file that has, or will have, a name that was given. */
static inline bool ends_dst_is_named(const struct ends *ends)
{
	return ends->drafted || ends->overwritten;
}

#endif
