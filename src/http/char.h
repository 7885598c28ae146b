/* SPDX-License-Identifier: MIT */
/* Which bytes may stand where: RFC 9110, 5.5 and 5.6.2, and RFC 3986. */
#ifndef HTTP_CHAR_H
#define HTTP_CHAR_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/slice.h"

enum char_class {
	CHAR_TOKEN = 1,    /* of a method, a name */
	CHAR_TARGET = 2,   /* of a request target: visible ASCII */
	CHAR_VALUE = 4,    /* of a field's content; spaces and tabs too */
	CHAR_HOST = 8,     /* of a registered name or an IPv4 address */
	CHAR_ADDRESS = 16, /* of what stands in brackets for a host */
	CHAR_SEGMENT = 32, /* of a path as it is: no slash and no escape */
};

extern const uint8_t char_classes[256];

static inline bool char_is(char c, enum char_class class)
{
	return (char_classes[(unsigned char)c] & class) != 0;
}

/*
 * Eight bytes at once: the first one, from 0, that may not stand in a value or
 * is a tab; 8: none. A byte below another borrows from its top bit, and DEL is
 * what 0x7f leaves as zero; both may mark bytes behind the first one as well.
 */
static inline size_t char_first_odd(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t bytes, del, odd;

	memcpy(&bytes, at, sizeof(bytes));
	bytes = le64toh(bytes);
	del = bytes ^ (ones * 0x7f);
	odd = (((bytes - ones * ' ') & ~bytes) | ((del - ones) & ~del)) & tops;
	return odd == 0 ? sizeof(bytes) : (size_t)__builtin_ctzll(odd) / 8;
}

/* How far one is among those of a value by looking at eight at a time. */
static inline size_t char_pass_values(struct slice s, size_t i)
{
	while (s.len - i >= sizeof(uint64_t)) {
		size_t n = char_first_odd(s.at + i);

		i += n;
		if (n == sizeof(uint64_t))
			continue;
		if (s.at[i] != '\t')
			break;
		i++;
	}
	return i;
}

/* How many bytes from there on are of that class. */
static inline size_t char_span(struct slice s, size_t from,
			       enum char_class class)
{
	size_t i = class == CHAR_VALUE ? char_pass_values(s, from) : from;

	while (i < s.len && char_is(s.at[i], class))
		i++;
	return i - from;
}

/* 0 to 15, or -1: no digit of that kind. */
static inline int char_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
