/* SPDX-License-Identifier: MIT */
/*
 * What of a folder a client asks for: the format, the order, how many, and
 * after which one.
 *
 *      ?format=html|json|ndjson  sort=name|size|time|none  order=asc|desc
 *       limit=1..10000  after=CURSOR
 *
 * A cursor is where a page ended: "NAME" or, for a folder, "NAME/"; with the
 * size or the time before it where the order goes by those, "4096:NAME"; and
 * unsorted a position of the file system's. So what was added or removed
 * meanwhile moves nothing else from one page to another.
 */
#ifndef SERVE_LISTING_QUERY_H
#define SERVE_LISTING_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "serve/folder_list.h"

struct head;
struct text;

enum listing_format {
	LISTING_HTML,
	LISTING_JSON,
	LISTING_NDJSON,
};

struct listing_query {
	enum listing_format format;
	enum folder_sort sort;
	bool format_given; /* by the query, not by Accept */
	bool descending;
	/* A program that follows every link would get each folder once more
	 * for each order: only those that name HTML see links that sort. */
	bool links;
	bool has_after;
	uint32_t limit;            /* 0: all */
	uint64_t position;         /* after, unsorted */
	struct folder_entry after; /* after, sorted */
	char name[FOLDER_NAME_MAX + 1];
};

/*
 * Reads the query (at NULL: none), and what Accept says. 0, or 400 and then
 * *ret_why says what of it is wrong. What it does not know it passes over.
 */
int listing_query_parse(struct listing_query *q, struct slice query,
			const struct head *h, const char **ret_why);
/* "?sort=size&order=desc": the same page in another order, from the start. */
void listing_query_sorted(struct text *t, const struct listing_query *q,
			  enum folder_sort sort, bool descending);
/* "?limit=10&after=x": what follows the last entry of this page. */
void listing_query_next(struct text *t, const struct listing_query *q,
			const struct folder_entry *last);
/* "name", "size", "time", "none". */
const char *listing_query_word(enum folder_sort sort);

#endif
