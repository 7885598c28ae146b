/* SPDX-License-Identifier: MIT */
/* What a client would rather have: lists with weights (RFC 9110, 12.4.2). */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct head;

enum { ACCEPT_FULL = 1000 }; /* a weight of 1, in thousandths */

struct accept_item {
	struct slice value; /* without parameters: "text/html", "gzip" */
	uint16_t weight;
};

/*
 * Takes one item off the front of a list; false: there is none left. One whose
 * weight is no weight is passed over.
 */
bool accept_next(struct slice *list, struct accept_item *ret);

/* How closely a range of types names one. */
enum accept_match {
	ACCEPT_BY_NONE, /* weight 0 */
	ACCEPT_BY_ALL,  /* "*" "/" "*", or no Accept at all */
	ACCEPT_BY_HALF, /* "text/" "*" */
	ACCEPT_BY_NAME,
};

struct accept {
	uint16_t weight;
	enum accept_match match;
};

/* What all Accept fields together say about a type; the closest range wins. */
struct accept accept_type(const struct head *h, struct slice type);

#endif
