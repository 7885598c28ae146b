/* SPDX-License-Identifier: MIT */
/* Chunks to bytes: see chunk.h. Each state is what the next byte belongs to. */
#include "http/chunk.h"

#include <stdbool.h>

#include "base/base.h"
#include "http/char.h"

enum state {
	SIZE,          /* digits, then ";" or CR */
	EXT_NAME,      /* the first byte of an extension */
	EXT,           /* the others, then CR */
	SIZE_LF,       /* the end of the size's line */
	DATA,          /* bytes of the body */
	DATA_CR,       /* behind them */
	DATA_LF,       /* then another chunk */
	TRAILER,       /* the first byte of a line behind the last chunk */
	TRAILER_NAME,  /* then ":" */
	TRAILER_VALUE, /* then CR */
	TRAILER_LF,    /* then another line */
	END_LF,        /* the last byte of all */
	OVER,
};

void chunk_init(struct chunk *c)
{
	*c = (struct chunk){ .state = SIZE };
}

static bool go(struct chunk *c, enum state state)
{
	c->state = (uint8_t)state;
	return true;
}

/* That byte and no other. */
static bool expect(struct chunk *c, char byte, char wanted, enum state next)
{
	return byte == wanted && go(c, next);
}

static bool size(struct chunk *c, char byte)
{
	int digit = char_hex(byte);

	if (digit >= 0) {
		if (c->digits++ == CHUNK_DIGITS_MAX || c->left >> 59 != 0)
			return false;
		c->left = c->left << 4 | (uint64_t)digit;
		return true;
	}
	if (c->digits == 0)
		return false;
	return byte == ';' ? go(c, EXT_NAME) : expect(c, byte, '\r', SIZE_LF);
}

static bool extension(struct chunk *c, char byte)
{
	if (c->extensions++ == CHUNK_EXTENSIONS_MAX)
		return false;
	if (c->state == EXT_NAME)
		return char_is(byte, CHAR_TOKEN) && go(c, EXT);
	return char_is(byte, CHAR_VALUE) || expect(c, byte, '\r', SIZE_LF);
}

/* A chunk of no bytes is the last one. */
static bool after_size(struct chunk *c, char byte)
{
	c->digits = 0;
	return expect(c, byte, '\n', c->left > 0 ? DATA : TRAILER);
}

static bool trailer(struct chunk *c, char byte)
{
	if (c->trailers++ == CHUNK_TRAILERS_MAX)
		return false;
	if (c->state == TRAILER && byte == '\r')
		return go(c, END_LF);
	if (c->state == TRAILER)
		return char_is(byte, CHAR_TOKEN) && go(c, TRAILER_NAME);
	if (c->state == TRAILER_NAME && byte == ':')
		return go(c, TRAILER_VALUE);
	if (c->state == TRAILER_NAME)
		return char_is(byte, CHAR_TOKEN);
	if (c->state == TRAILER_VALUE && char_is(byte, CHAR_VALUE))
		return true;
	if (c->state == TRAILER_VALUE)
		return expect(c, byte, '\r', TRAILER_LF);
	return expect(c, byte, '\n', TRAILER);
}

/* One byte that is not of the body; false: it may not stand here. */
static bool step(struct chunk *c, char byte)
{
	switch ((enum state)c->state) {
	case SIZE:
		return size(c, byte);
	case EXT_NAME:
	case EXT:
		return extension(c, byte);
	case SIZE_LF:
		return after_size(c, byte);
	case DATA_CR:
		return expect(c, byte, '\r', DATA_LF);
	case DATA_LF:
		return expect(c, byte, '\n', SIZE);
	case TRAILER:
	case TRAILER_NAME:
	case TRAILER_VALUE:
	case TRAILER_LF:
		return trailer(c, byte);
	case END_LF:
		return expect(c, byte, '\n', OVER);
	case DATA:
	case OVER:
		break;
	}
	return false;
}

int chunk_take(struct chunk *c, struct slice bytes, size_t *ret_used,
	       struct slice *ret_data)
{
	size_t i = 0;

	*ret_data = (struct slice){ bytes.at, 0 };
	while (i < bytes.len && c->state != DATA && c->state != OVER) {
		if (!step(c, bytes.at[i]))
			return 400;
		i++;
	}
	if (c->state == DATA && i < bytes.len) {
		size_t n = bytes.len - i;

		n = (size_t)MIN((uint64_t)n, c->left);
		*ret_data = (struct slice){ bytes.at + i, n };
		i += n;
		c->left -= n;
		if (c->left == 0)
			(void)go(c, DATA_CR);
	}
	*ret_used = i;
	return c->state == OVER ? CHUNK_END : CHUNK_MORE;
}
