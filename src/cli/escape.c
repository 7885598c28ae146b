/* SPDX-License-Identifier: MIT */
/* Backslashes to bytes: see escape.h. */
#include "cli/escape.h"

#include <errno.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte after a backslash, and on; -1: none. */
static int take(const char **at)
{
	const char *from = *at;
	int high, low;

	*at = from + 1;
	switch (*from) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '\\':
		return '\\';
	case 'x':
		high = hex(from[1]);
		low = high >= 0 ? hex(from[2]) : -1;
		*at = from + 3;
		return low >= 0 ? high << 4 | low : -1;
	default:
		return -1;
	}
}

ssize_t escape_read(const char *text, char *ret, size_t size)
{
	size_t n = 0;

	while (*text != '\0') {
		int c = (unsigned char)*text++;

		if (c == '\\')
			c = take(&text);
		if (c < 0)
			return -EINVAL;
		if (n == size)
			return -E2BIG;
		ret[n++] = (char)c;
	}
	return (ssize_t)n;
}
