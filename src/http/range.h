/* SPDX-License-Identifier: MIT */
/*
 * Range: bytes=… to pieces of a representation (RFC 9110, section 14).
 *
 *      "bytes=0-9,5-19,-1" of 100 bytes ──► [0,20) [99,100)
 *
 * Ranges that overlap, or that lie closer together than what it costs to send
 * them apart, become one, so that the pieces never add up to more than the
 * whole; otherwise they keep the order in which they were asked for (15.3.7.2).
 */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdint.h>

#include "base/slice.h"

enum {
	RANGES_MAX = 64, /* pieces at a time; 200 beyond */
	RANGE_GAP = 80,  /* bytes between two; fewer are sent along */
};

struct range {
	uint64_t from, upto; /* [from, upto), never empty */
};

struct ranges {
	uint32_t n;
	struct range at[RANGES_MAX];
};

/*
 * 206: *ret has one range or more, cut at size. 200: serve the whole (another
 * unit, malformed, or too many). 416: well formed, and nothing of it exists.
 */
int ranges_parse(struct slice value, uint64_t size, struct ranges *ret);

#endif
