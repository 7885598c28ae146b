/* SPDX-License-Identifier: MIT */
/* What a copy has of its source beside the bytes. */
#ifndef CLI_PRESERVE_H
#define CLI_PRESERVE_H

#include <stdbool.h>
#include <sys/stat.h>

enum {
	PRESERVE_MODE = 1 << 0, /* access control lists, too */
	PRESERVE_OWNER = 1 << 1,
	PRESERVE_TIMES = 1 << 2,
	PRESERVE_XATTRS = 1 << 3,
	PRESERVE_ALL = (1 << 4) - 1,
};

struct preserve {
	unsigned what;
	/*
	 * Fail where something cannot be had. Otherwise it is left out where
	 * this user may not give it or the file system does not have it.
	 */
	bool must;
};

/*
 * What a copy was when it was made: its mode and owner, and that it has neither
 * attributes nor lists. Where is_bare is set nothing of that is asked;
 * otherwise it is, and is set where it turns out so.
 */
struct preserve_made {
	bool is_bare;
	struct stat st;
};

/* A file and its copy. */
struct preserve_pair {
	int dst, src;
	/* When it was opened, since reading it changes a time. */
	const struct stat *st;
	struct preserve_made *made; /* NULL: nobody wants to know */
};

/*
 * Reads "mode,times", with the names above or those that cp(1) has; "all" is
 * what can be had. False: a name is unknown.
 */
bool preserve_parse(const char *list, struct preserve *ret);
/* From one to the other. 0, or -errno with *ret_what naming what it was. */
int preserve_file(const struct preserve *p, const struct preserve_pair *pair,
		  const char **ret_what);
/* The same of two descriptors that are O_PATH: of a link, a device, a FIFO. */
int preserve_node(const struct preserve *p, const struct preserve_pair *pair,
		  const char **ret_what);

#endif
