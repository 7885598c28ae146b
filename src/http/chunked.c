/* SPDX-License-Identifier: MIT */
/* Chunks around what a reader says: see chunked.h. */
#include "http/chunked.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"

/* The least memory that a chunk is made in: a size, some bytes, two line ends. */
enum { ROOM_MIN = 16, SIZE_DIGITS = 16 };

void chunked_init(struct chunked *c, chunked_source *source, void *context)
{
	c->source = source;
	c->context = context;
	c->ended = false;
	c->aside_from = c->aside_upto = 0;
}

/* The line that a chunk of n bytes begins with. */
static struct text size_line(char memory[SIZE_DIGITS + 2], uint64_t n)
{
	struct text t = text_over(memory, SIZE_DIGITS + 2);

	text_hex(&t, n);
	text_str(&t, "\r\n");
	return t;
}

static int64_t last_chunk(struct chunked *c, char *buf, size_t size)
{
	struct text t = text_over(buf, size);

	c->ended = true;
	text_str(&t, "0\r\n\r\n");
	return (int64_t)t.len;
}

/*
 * The bytes are read behind room for the longest size that they can have, and
 * move up when theirs is shorter.
 */
static int64_t make(struct chunked *c, char *buf, size_t size, short *ret_poll)
{
	char memory[SIZE_DIGITS + 2];
	struct text line = size_line(memory, size);
	size_t before = line.len, max = size - before - 2;
	int64_t n = c->source(c->context, buf + before, max, ret_poll);

	if (n == 0)
		return last_chunk(c, buf, size);
	if (n < 0 || (uint64_t)n > max)
		return n < 0 ? n : -EOVERFLOW;
	line = size_line(memory, (uint64_t)n);
	if (line.len < before)
		memmove(buf + line.len, buf + before, (size_t)n);
	memcpy(buf, line.at, line.len);
	buf[line.len + (size_t)n] = '\r';
	buf[line.len + (size_t)n + 1] = '\n';
	return (int64_t)line.len + n + 2;
}

static int64_t hand_out(struct chunked *c, void *buf, size_t size)
{
	size_t n = MIN(size, (size_t)(c->aside_upto - c->aside_from));

	memcpy(buf, c->aside + c->aside_from, n);
	c->aside_from = (uint8_t)(c->aside_from + n);
	return (int64_t)n;
}

int64_t chunked_read(void *context, void *buf, size_t size, short *ret_poll)
{
	struct chunked *c = context;
	int64_t n;

	if (c->aside_from < c->aside_upto)
		return hand_out(c, buf, size);
	if (c->ended)
		return 0;
	if (size >= ROOM_MIN)
		return make(c, buf, size, ret_poll);
	n = make(c, c->aside, sizeof(c->aside), ret_poll);
	if (n <= 0)
		return n;
	c->aside_from = 0;
	c->aside_upto = (uint8_t)n;
	return hand_out(c, buf, size);
}
