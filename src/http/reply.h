/* SPDX-License-Identifier: MIT */
/*
 * The head of an answer. This is the one way to write a field: a value with a
 * control byte in it spoils the whole head rather than leave as two fields.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"

/* "Not Found"; "Unknown" for a status that this house does not use. */
const char *reply_reason(int status);

/* Status line and Date: date is IMF-fixdate, formatted once a second. */
void reply_begin(struct text *t, int status, const char *date);
/* One field. A control byte in name or value sets t->full. */
void reply_field(struct text *t, const char *name, struct slice value);
void reply_number(struct text *t, const char *name, uint64_t value);
/* "Content-Range: bytes 0-9/100". */
void reply_range(struct text *t, uint64_t from, uint64_t upto, uint64_t size);
/* The blank line. */
void reply_end(struct text *t);

/* Escapes & < > " ' for HTML text and attributes. */
void reply_html(struct text *t, struct slice s);
/* Percent-encodes all but unreserved characters and the slash. */
void reply_href(struct text *t, struct slice s);
/* A short page, "<h1>404 Not Found</h1>", for a status; why: more, or NULL. */
void reply_page(struct text *t, int status, const char *why);

#endif
