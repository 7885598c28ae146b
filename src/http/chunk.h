/* SPDX-License-Identifier: MIT */
/*
 * Chunks as they come in (RFC 9112, 7.1), byte by byte, so that it can stop
 * and go on anywhere. Strict, since a proxy in front that reads them otherwise
 * would see other requests than we do: only hex digits are a size, every line
 * ends in CRLF, extensions and trailers are well formed, bounded, and dropped.
 *
 *      size [;ext] CRLF bytes CRLF … 0 [;ext] CRLF (trailer CRLF)* CRLF
 */
#ifndef HTTP_CHUNK_H
#define HTTP_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum {
	CHUNK_DIGITS_MAX = 16,
	CHUNK_EXTENSIONS_MAX = 1024, /* bytes of them in a body */
	CHUNK_TRAILERS_MAX = 4096,   /* bytes of them */
};

struct chunk {
	uint8_t state;
	uint8_t digits;
	uint16_t extensions, trailers; /* bytes of them so far */
	uint64_t left; /* of the chunk that is being read, or its size so far */
};

/* What chunk_take() answers; anything else is a status. */
enum { CHUNK_END = 0, CHUNK_MORE = 1 };

void chunk_init(struct chunk *c);
/*
 * Reads *ret_used of these bytes. CHUNK_END: the body is over, and what was
 * not used belongs to somebody else. CHUNK_MORE: call it with what comes next;
 * *ret_data are those of the used bytes that are of the body, if any. 400:
 * these are no chunks.
 */
int chunk_take(struct chunk *c, struct slice bytes, size_t *ret_used,
	       struct slice *ret_data);

#endif
