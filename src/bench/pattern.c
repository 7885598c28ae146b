/* SPDX-License-Identifier: MIT */
/* The bytes that are moved: see pattern.h. */
#include "bench/pattern.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

enum { PERIOD = 65521 };

static char pattern[PERIOD + PATTERN_CHUNK];

void pattern_begin(void)
{
	uint64_t x = 88172645463325252; /* xorshift64 */

	for (size_t i = 0; i < PERIOD; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		pattern[i] = (char)x;
	}
	for (size_t i = PERIOD; i < sizeof(pattern); i++)
		pattern[i] = pattern[i - PERIOD];
}

const char *pattern_at(uint64_t offset)
{
	return pattern + offset % PERIOD;
}

bool pattern_is(uint64_t offset, const char *bytes, size_t n)
{
	for (size_t at = 0; at < n; at += PATTERN_CHUNK)
		if (memcmp(pattern_at(offset + at), bytes + at,
			   MIN(n - at, (size_t)PATTERN_CHUNK)) != 0)
			return false;
	return true;
}

void pattern_fill(char *memory, uint64_t n)
{
	for (uint64_t at = 0; at < n; at += PATTERN_CHUNK)
		memcpy(memory + at, pattern_at(at),
		       MIN(n - at, (uint64_t)PATTERN_CHUNK));
}

int pattern_write(int fd, uint64_t n)
{
	for (uint64_t at = 0; at < n;) {
		ssize_t put = pwrite(fd, pattern_at(at),
				     MIN(n - at, (uint64_t)PATTERN_CHUNK),
				     (off_t)at);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			at += (uint64_t)put;
	}
	return 0;
}

int pattern_check(int fd, uint64_t n)
{
	static char buffer[PATTERN_CHUNK];

	for (uint64_t at = 0; at < n;) {
		ssize_t got = pread(fd, buffer, MIN(n - at, sizeof(buffer)),
				    (off_t)at);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0 ||
		    (got > 0 && !pattern_is(at, buffer, (size_t)got)))
			return -EILSEQ;
		if (got > 0)
			at += (uint64_t)got;
	}
	return 0;
}
