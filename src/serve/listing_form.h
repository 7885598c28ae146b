/* SPDX-License-Identifier: MIT */
/* The formats of a listing, and what they share. */
#ifndef SERVE_LISTING_FORM_H
#define SERVE_LISTING_FORM_H

#include <stdbool.h>
#include <stdint.h>

struct folder_entry;
struct listing;
struct text;

/* How a format looks. */
struct listing_form {
	const char *type;
	void (*top)(struct text *t, const struct listing *l);
	void (*row)(struct text *t, const struct listing *l,
		    const struct folder_entry *e);
	void (*bottom)(struct text *t, const struct listing *l);
};

extern const struct listing_form listing_html, listing_json, listing_ndjson;

/* Writes the query of the page that comes next. False: there is none. */
bool listing_next(const struct listing *l, struct text *t);
/*
 * The entry as a link: percent-encoded, a folder with its slash. A name with a
 * colon gets "./" before it (RFC 3986, 4.2), others do not: Kodi takes a link
 * for an entry only when it reads like its text.
 */
void listing_href(struct text *t, const struct folder_entry *e);
/* "2001-09-09T01:46:40" in UTC. */
enum { LISTING_DATE_LEN = 19 };
void listing_date(int64_t when, char ret[LISTING_DATE_LEN]);

#endif
