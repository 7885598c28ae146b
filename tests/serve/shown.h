/* SPDX-License-Identifier: MIT */
/* Listings of a tree, for tests, and what is on their pages. */
#ifndef TESTS_SERVE_SHOWN_H
#define TESTS_SERVE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/head.h"
#include "serve/cache.h"
#include "serve/listing.h"
#include "tree.h"

/* A listing of a tree, and all that it borrows. */
struct shown {
	struct policy policy;
	struct head head;
	uint32_t quota;
	struct listing *listing;
	const char *why;
	uint32_t turns; /* that it took until it could be read */
};

/* What listing_new() says; quota and policy as they are. */
int shown_new(struct shown *s, const struct tree *t, const char *path,
	      const char *query);
/* What listing_prepare() says at last. */
int shown_prepare(struct shown *s);
/* All of the above, which must go well; query NULL: none. */
void shown_init(struct shown *s, const struct tree *t, const char *query);
void shown_done(struct shown *s);
/* Reads it to its end, size bytes at a time; rests are counted. For free(). */
char *shown_read(struct shown *s, size_t size, uint32_t *ret_rests);

/* The page as a string, for free(). */
char *page_at(const struct tree *t, const char *path, const char *query,
	      bool hidden);
char *page_of(const struct tree *t, const char *query);
/* Where text is on the page; the test fails when it is nowhere. */
const char *spot(const char *page, const char *text);
/* How often it is there. */
uint32_t count_of(const char *page, const char *text);

#endif
