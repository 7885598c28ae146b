/* SPDX-License-Identifier: MIT */
/*
 * A body of unknown length as a row of chunks (RFC 9112, 7.1): a reader that
 * frames what another one says.
 *
 *      reader ──"abc"──► chunked_read ──"3\r\nabc\r\n"──► transfer
 *             ──end────►               ──"0\r\n\r\n"───►  and then the end
 *             ──-errno─►               ──-errno────────►  no last chunk
 */
#ifndef HTTP_CHUNKED_H
#define HTTP_CHUNKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As a reader of <pour.h>: bytes, 0 at the end, or a negative errno. */
typedef int64_t chunked_source(void *context, void *buf, size_t size,
			       short *ret_poll);

enum { CHUNKED_ASIDE = 64 };

struct chunked {
	chunked_source *source;
	void *context;
	bool ended; /* the last chunk was handed out */
	/* A chunk that was too large for the memory it was asked for in. */
	uint8_t aside_from, aside_upto;
	char aside[CHUNKED_ASIDE];
};

void chunked_init(struct chunked *c, chunked_source *source, void *context);
/* Itself such a reader; the context is a struct chunked. */
int64_t chunked_read(void *context, void *buf, size_t size, short *ret_poll);

#endif
