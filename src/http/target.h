/* SPDX-License-Identifier: MIT */
/*
 * The target of a request to a path below the root: decoded once, normalised,
 * and refused where it climbs, hides a slash or a NUL, or is no path.
 *
 *      "/a%20b/./c/../d?q=1" ──► "a b/d" and "q=1"
 */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stdbool.h>

#include "base/slice.h"

/* The longest target that a head may have (http/head.h), and a NUL. */
enum { TARGET_PATH_SIZE = 8 * 1024 + 1 };

struct target {
	struct slice query; /* what follows the question mark; at NULL: none */
	size_t len;
	/* Ended by a NUL; no leading slash; "" is the root; a slash at the
	 * end stays ("a/b/"); no empty, "." or ".." segment is left. */
	char path[TARGET_PATH_SIZE];
};

/*
 * 0, or 400: a broken escape, an encoded NUL, a raw byte outside ASCII's
 * printable ones, a form that is no path (origin-form and absolute-form are;
 * "*" and authority-form are not), or ".." past the root; or 404: an encoded
 * slash, which no file name has.
 */
int target_parse(struct target *ret, struct slice text);
/*
 * absolute-form, "http://host/path?query", to its authority and what follows
 * ("" stands for "/"). False: it is not of that form.
 */
bool target_split(struct slice text, struct slice *ret_authority,
		  struct slice *ret_rest);
/*
 * Whether a segment of the path begins with a dot; "/.well-known/" at the
 * very start (RFC 8615) is not meant, what follows it is.
 */
bool target_is_hidden(const struct target *t);

#endif
