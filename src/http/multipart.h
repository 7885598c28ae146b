/* SPDX-License-Identifier: MIT */
/*
 * multipart/byteranges (RFC 9110, 14.6): the lines between the pieces.
 *
 *      --BOUNDARY            before part 0, then with CRLF before it
 *      Content-Type: …
 *      Content-Range: bytes 0-9/100
 *
 *      0123456789            the part itself is not made here
 *      --BOUNDARY--          behind the last one, with CRLF around it
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"
#include "http/range.h"

enum { MULTIPART_RANDOM = 16, MULTIPART_BOUNDARY = 2 * MULTIPART_RANDOM };

struct multipart {
	const struct ranges *ranges;
	struct slice type; /* of each part */
	uint64_t size;     /* of what they are ranges of */
	char boundary[MULTIPART_BOUNDARY];
};

/*
 * The boundary is the random bytes in hex: a file that held it would have had
 * to guess them.
 */
void multipart_init(struct multipart *m, const struct ranges *ranges,
		    struct slice type, uint64_t size,
		    const uint8_t random[MULTIPART_RANDOM]);
/* "multipart/byteranges; boundary=…". */
void multipart_type(const struct multipart *m, struct text *t);
/* What goes before part i; for i = n, what goes behind the last. */
void multipart_head(const struct multipart *m, uint32_t i, struct text *t);
/* Bytes of the whole body, exactly; UINT64_MAX: a type that is too long. */
uint64_t multipart_length(const struct multipart *m);

#endif
