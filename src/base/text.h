/* SPDX-License-Identifier: MIT */
/*
 * Text that is built piece by piece, in memory of the caller's (bounded) or on
 * the heap (growing up to a bound). What does not fit is left out whole and
 * remembered in `full`, so that the caller asks once, at the end.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct text {
	char *at;
	size_t len;  /* bytes used; never ended by a NUL */
	size_t size; /* bytes there are */
	size_t max;  /* bytes it may grow to; == size when it may not */
	bool full;   /* something did not fit */
};

/* Text in memory of the caller's. */
struct text text_over(char *memory, size_t size);
/* Text on the heap, of at most max bytes; text_free() gives it back. */
struct text text_heap(size_t max);
void text_free(struct text *t);

/* Room for n bytes more, grown where it may be; false: there is none. */
bool text_grow(struct text *t, size_t n);

/* Here for all to see: pieces whose length is known are moves, not calls. */
static inline void text_add(struct text *t, struct slice s)
{
	if (s.len == 0 || (s.len > t->size - t->len && !text_grow(t, s.len)))
		return;
	memcpy(t->at + t->len, s.at, s.len);
	t->len += s.len;
}

static inline void text_str(struct text *t, const char *s)
{
	text_add(t, slice_of(s));
}

static inline void text_char(struct text *t, char c)
{
	text_add(t, (struct slice){ &c, 1 });
}

void text_u64(struct text *t, uint64_t n);
void text_hex(struct text *t, uint64_t n);
/* n in decimal with leading zeros, so that it is at least width long. */
void text_padded(struct text *t, uint64_t n, unsigned width);
/* Milliseconds as seconds: "1.500". */
void text_ms(struct text *t, uint64_t ms);

/*
 * Reads a size: digits, then optionally k, M, G or T (powers of 1024), upper
 * or lower case. False: something else, or past 64 bits.
 */
bool text_size(const char *s, uint64_t *ret);
/* Reads seconds with an optional fraction into milliseconds. */
bool text_seconds(const char *s, uint64_t *ret_ms);
/* How many bytes the first character has; 0: it is not UTF-8 (or none). */
size_t text_utf8(struct slice s);
/* Reads decimal digits only. False: none, others, or past max. */
bool text_digits(struct slice s, uint64_t max, uint64_t *ret);

#endif
