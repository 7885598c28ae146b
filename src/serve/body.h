/* SPDX-License-Identifier: MIT */
/*
 * The body of an answer: parts in a row, each an end of its own and what goes
 * before it. Nearly always it is one part, a piece of a file.
 *
 *      head ─ part ══►  then, while there are more:  head ─ part ══►  …
 *
 * A part is a value: memory, a piece of a file, or a function that makes bytes
 * as they are asked for. What a part names must stay until the next one, or
 * body_done().
 */
#ifndef SERVE_BODY_H
#define SERVE_BODY_H

#include <pour.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "http/chunked.h"

/* As a length: until the end ends. */
#define BODY_UNKNOWN UINT64_MAX

struct body_part {
	struct slice head; /* goes first, in the same packets */
	struct pour_end end;
	uint64_t len; /* exactly so many bytes, or BODY_UNKNOWN */
};

/* Puts the next part into *ret. Called once for each of `more`. */
typedef void body_next(void *context, struct body_part *ret);
/* The answer is over, whether it was sent or not. */
typedef void body_over(void *context);
/*
 * Makes bytes. Fills buf with at most size of them and says how many; 0 at the
 * end. A negative errno ends the connection, in a way that the client can tell
 * from the end of the body. -EINTR stands for "in the next turn of the loop": a
 * reader that has done work for about a millisecond says so, and others have
 * their turn. It may be called once more in this turn even so.
 */
typedef chunked_source body_reader;

struct body {
	struct body_part part; /* the first; then the one that leaves now */
	uint32_t more;         /* how many there are after it */
	uint64_t len; /* of all, the heads of parts included; BODY_UNKNOWN */
	body_next *next;
	body_over *over; /* NULL: nobody wants to know */
	void *context;   /* of next and over */
	struct chunked chunked;
};

void body_none(struct body *b);
void body_memory(struct body *b, const void *memory, uint64_t len);
void body_file(struct body *b, int fd, uint64_t from, uint64_t len);
/*
 * Bytes that a function makes, of unknown length: in chunks, or as they are and
 * ended by the connection.
 */
void body_function(struct body *b, body_reader *reader, body_over *over,
		   void *context, bool in_chunks);
/* It is not sent, but its end is still told to `over`. */
void body_silence(struct body *b);
/* Safe on all zero, and twice. */
void body_done(struct body *b);

#endif
