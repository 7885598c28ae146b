/* SPDX-License-Identifier: MIT */
/*
 * Accept-Encoding to the content codings that a client would rather have than
 * the bytes as they are (RFC 9110, 12.5.3), the best first.
 *
 *      "gzip;q=0.8, br"  ──► br, gzip
 *      "*;q=0.5, br;q=0" ──► zstd, gzip
 *      "gzip;q=0.5, identity" ──► none
 */
#ifndef HTTP_CODING_H
#define HTTP_CODING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct head;

/* In the order in which they are preferred where the client does not care. */
enum coding {
	CODING_BROTLI,
	CODING_ZSTD,
	CODING_GZIP,
};

enum { CODINGS = CODING_GZIP + 1 };

struct codings {
	uint32_t n;
	enum coding at[CODINGS];
};

/* "br", "zstd", "gzip", as in Content-Encoding. */
const char *coding_name(enum coding c);
/* ".br", ".zst", ".gz", behind the name of a file. */
const char *coding_suffix(enum coding c);
/*
 * Whether files of that type are compressed at all: text, and the few others
 * that are not compressed already.
 */
bool coding_suits(struct slice type);
/*
 * What the fields of the head accept. A member with a weight that is none is
 * passed over. That the plain bytes are refused ("identity;q=0") is not heard:
 * they are what there is, and better than 406 (12.5.3 lets a server choose).
 */
void coding_accepted(const struct head *h, struct codings *ret);

#endif
