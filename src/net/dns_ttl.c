/* SPDX-License-Identifier: MIT */
/* Records one after the other, of which little is read: see dns_ttl.h. */
#include "net/dns_ttl.h"

#include <stdbool.h>

#include "base/base.h"

enum { HEAD = 12, QUESTION_TAIL = 4, RECORD_TAIL = 10, POINTER = 0xc0 };

struct cursor {
	const uint8_t *at, *end;
};

static bool skip(struct cursor *c, size_t n)
{
	if ((size_t)(c->end - c->at) < n)
		return false;
	c->at += n;
	return true;
}

/* Where it points is of no interest, so that there is no way in circles. */
static bool skip_name(struct cursor *c)
{
	while (c->at < c->end) {
		unsigned len = *c->at;

		if (len >= POINTER)
			return skip(c, 2);
		if (!skip(c, 1 + (size_t)len))
			return false;
		if (len == 0)
			return true;
	}
	return false;
}

static uint32_t number(const uint8_t *at, int n)
{
	uint32_t x = 0;

	while (n-- > 0)
		x = x << 8 | *at++;
	return x;
}

/* The sign bit makes it 0 (RFC 2181, 8). */
static uint32_t ttl_of(const uint8_t *tail)
{
	uint32_t ttl = number(tail + 4, 4);

	return ttl > INT32_MAX ? 0 : ttl;
}

uint32_t dns_ttl(const uint8_t *message, size_t len, unsigned type)
{
	struct cursor c = { message, message + len };
	uint32_t least = UINT32_MAX, questions, answers;

	if (!skip(&c, HEAD))
		return least;
	questions = number(message + 4, 2);
	answers = number(message + 6, 2);
	while (questions-- > 0)
		if (!skip_name(&c) || !skip(&c, QUESTION_TAIL))
			return least;
	while (answers-- > 0) {
		const uint8_t *tail;

		if (!skip_name(&c))
			return least;
		tail = c.at;
		if (!skip(&c, RECORD_TAIL) || !skip(&c, number(tail + 8, 2)))
			return least;
		if (number(tail, 2) == type)
			least = MIN(least, ttl_of(tail));
	}
	return least;
}
