/* SPDX-License-Identifier: MIT */
/*
 * A folder as a page: HTML, JSON or NDJSON. It is made while it is sent, so
 * that a folder of any size takes the same memory.
 *
 *      listing_new ──► listing_prepare ──► listing_read ──► listing_free
 *                        reads, sorts        top, rows, bottom
 *                        (again each turn)   (again each turn)
 *
 * Sorting needs all of a folder: up to FOLDER_LIST_PAGE entries are gathered
 * first; a larger folder is sent as the file system has it, and says so.
 */
#ifndef SERVE_LISTING_H
#define SERVE_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "serve/folder.h"
#include "serve/folder_list.h"
#include "serve/listing_query.h"

struct head;
struct listing_form;
struct policy;

enum {
	/* The longest row, and the bottom: a name takes up to six bytes for
	 * each of its own, and three more where it is a link. */
	LISTING_ROW_SIZE = 10 * FOLDER_NAME_MAX,
	LISTING_NEXT_SIZE = 4 * FOLDER_NAME_MAX, /* a query */
	LISTING_TOP_MAX = 128 * 1024,
	/* With so few entries a page is written whole, with its length. */
	LISTING_SHORT = 256,
	LISTING_SHORT_MAX = 1 << 20,
};

struct listing {
	struct listing_query query;
	struct folder folder;
	struct folder_list list;
	const struct listing_form *form;
	enum listing_stage {
		LISTING_TOP,
		LISTING_ROWS,
		LISTING_BOTTOM,
		LISTING_OVER,
	} stage;
	bool gathered;       /* all that is shown lies in list */
	bool too_many;       /* to be sorted, as was asked for */
	bool rests;          /* what it had to do in this turn is done */
	uint32_t from, upto; /* what of the list is shown */
	uint32_t left;       /* entries that it may look at in this turn */
	uint64_t until_ns;   /* and the end of its time */
	uint64_t rows, folders, bytes; /* shown so far */
	struct text top;
	struct slice piece; /* written, but not yet read by anybody */
	char row[LISTING_ROW_SIZE];
};

/* What a listing is of; all is borrowed until listing_free(). */
struct listing_ask {
	const struct policy *policy;
	int fd;             /* of the folder; only until listing_new() ends */
	const char *path;   /* "" or "a/b/", decoded */
	struct slice query; /* at NULL: none */
	const struct head *head;
	uint32_t *quota; /* entries that may still be gathered */
};

/*
 * 0 or -errno; -EINVAL: the query asks for what there is not, and *ret_why says
 * what.
 */
int listing_new(struct listing **ret, const struct listing_ask *ask,
		const char **ret_why);
/* A struct listing, or NULL. */
void listing_free(void *listing);

/* 1: again in the next turn. 0: it can be read. -errno. */
int listing_prepare(struct listing *l);
/* Whether it is worth to write it whole. */
bool listing_is_short(const struct listing *l);
/* All of one that is short; t->full when it does not fit. */
void listing_write(struct listing *l, struct text *t);
/* A reader as <pour.h> knows them. -EINTR: again in the next turn. */
int64_t listing_read(void *listing, void *buf, size_t size, short *ret_poll);

/* ── For its own files ── */

/* A new turn: so many entries may be looked at, and for so long. */
void listing_begin_turn(struct listing *l);
/* As folder_next(); -EINTR: this turn has no room for one more. */
int listing_look(struct listing *l, struct folder_entry *ret);

#endif
