/* SPDX-License-Identifier: MIT */
/*
 * The body of a request to a file server: it means nothing, but the next
 * request begins behind it. A small one is read and thrown away before the
 * answer; at the others the connection ends.
 *
 *      head ──► intake_begin ─► INTAKE_DONE ───────────────► answer
 *                             ─► INTAKE_MORE ─► intake_take ─► answer, 400
 *                             ─► INTAKE_LEFT ──────────────► answer, close
 */
#ifndef SERVE_INTAKE_H
#define SERVE_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "http/chunk.h"

struct head;

/* Bytes that are read for the sake of the connection. */
enum { INTAKE_MAX = 64 * 1024 };

/* Anything else that the functions answer is a status to refuse it with. */
enum {
	INTAKE_DONE, /* the body is over, if there was one */
	INTAKE_MORE, /* bytes are missing */
	INTAKE_LEFT, /* nothing more of it is read */
};

struct intake {
	bool chunked;
	bool asks;     /* it waits for a 100 before it begins */
	uint64_t left; /* of a length, or of what may still come in chunks */
	struct chunk chunk;
};

/*
 * Whoever asks before he sends a body is told to go on only where the answer
 * may be another one for it: not where it is refused anyway.
 */
int intake_begin(struct intake *i, const struct head *h);
/* Of these bytes, *ret_used are of the body. */
int intake_take(struct intake *i, struct slice bytes, size_t *ret_used);

#endif
