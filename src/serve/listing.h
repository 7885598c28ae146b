/* SPDX-License-Identifier: MIT */
/*
 * A folder as an HTML page that needs nothing else: no script, no image, one
 * style whose hash is in the policy below. Names are escaped as text, and
 * percent-encoded behind "./" as links, so that none of them is a scheme.
 */
#ifndef SERVE_LISTING_H
#define SERVE_LISTING_H

#include "base/text.h"

struct folder;

/* Bytes of a page at most; what does not fit is said to be missing. */
enum { LISTING_SIZE_MAX = 8 * 1024 * 1024 };

/* The value of Content-Security-Policy that the page is shown under. */
extern const char listing_policy[];
/* The text between <style> and </style>. */
extern const char listing_style[];

/* path is "" for the root or "a/b/", decoded. */
void listing_write(struct text *t, const struct folder *f, const char *path);

#endif
