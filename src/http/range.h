/* SPDX-License-Identifier: MIT */
/* Range: bytes=… to a piece of a representation (RFC 9110, section 14). */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include <stdint.h>

#include "base/slice.h"

struct range {
	uint64_t from, upto; /* [from, upto) */
};

/*
 * 206: *ret is the one range that was asked for, cut at size. 200: serve the
 * whole (another unit, malformed, or more than one range, which a server may
 * ignore: RFC 9110, 14.2). 416: well formed and nothing of it exists.
 */
int range_parse(struct slice value, uint64_t size, struct range *ret);

#endif
