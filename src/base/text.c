/* SPDX-License-Identifier: MIT */
/* Text piece by piece, and the few things that people write as numbers. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { HEAP_FIRST = 4096, DIGITS_MAX = 64 };

struct text text_over(char *memory, size_t size)
{
	return (struct text){ .at = memory, .size = size, .max = size };
}

struct text text_heap(size_t max)
{
	return (struct text){ .max = max };
}

void text_free(struct text *t)
{
	free(t->at);
	*t = (struct text){ .max = t->max };
}

/* Doubles, so that adding stays linear. */
bool text_grow(struct text *t, size_t n)
{
	size_t size = t->size > 0 ? t->size : HEAP_FIRST;
	char *at;

	if (n > t->max - t->len) {
		t->full = true;
		return false;
	}
	while (size - t->len < n)
		size = size < t->max / 2 ? size * 2 : t->max;
	at = realloc(t->at, size);
	if (at == NULL) {
		t->full = true;
		return false;
	}
	t->at = at;
	t->size = size;
	return true;
}

/* Those that stand at the end of their room, and zeros before them. */
static void add_digits(struct text *t, char digits[DIGITS_MAX], size_t at,
		       size_t width)
{
	while (DIGITS_MAX - at < width && at > 0)
		digits[--at] = '0';
	text_add(t, (struct slice){ digits + at, DIGITS_MAX - at });
}

void text_padded(struct text *t, uint64_t n, unsigned width)
{
	char digits[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	add_digits(t, digits, at, width);
}

void text_u64(struct text *t, uint64_t n)
{
	text_padded(t, n, 1);
}

void text_hex(struct text *t, uint64_t n)
{
	char digits[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	do {
		digits[--at] = "0123456789abcdef"[n % 16];
		n /= 16;
	} while (n > 0);
	add_digits(t, digits, at, 1);
}

void text_ms(struct text *t, uint64_t ms)
{
	text_u64(t, ms / 1000);
	text_char(t, '.');
	text_padded(t, ms % 1000, 3);
}

/* Digits at the front of s; how many, 0: none, or past 64 bits. */
static size_t read_digits(struct slice s, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s.len && s.at[i] >= '0' && s.at[i] <= '9'; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(s.at[i] - '0'), &n))
			return 0;
	if (i > 0)
		*ret = n;
	return i;
}

/* What a first byte says: how long it is, and the smallest that is so long. */
static size_t utf8_head(unsigned char c, uint32_t *ret_point, uint32_t *ret_min)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = c < 0x80   ? 1
		     : c < 0xc0 ? 0
		     : c < 0xe0 ? 2
		     : c < 0xf0 ? 3
				: 4;

	*ret_min = smallest[len];
	*ret_point = len > 1 ? c & (0x7fu >> len) : c;
	return c < 0xf8 ? len : 0;
}

size_t text_utf8(struct slice s)
{
	uint32_t point, min;
	size_t len;

	if (s.len == 0)
		return 0;
	len = utf8_head((unsigned char)s.at[0], &point, &min);
	if (len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (c & 0x3f);
	}
	if (point < min || point > 0x10ffff ||
	    (point >= 0xd800 && point < 0xe000))
		return 0;
	return len;
}

bool text_digits(struct slice s, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	size_t len = read_digits(s, &n);

	if (len == 0 || len != s.len || n > max)
		return false;
	*ret = n;
	return true;
}

bool text_size(const char *s, uint64_t *ret)
{
	static const char units[] = "kKmMgGtT";
	uint64_t n;
	size_t len = read_digits(slice_of(s), &n);
	const char *unit;
	unsigned bits;

	if (len == 0)
		return false;
	if (s[len] == '\0') {
		*ret = n;
		return true;
	}
	unit = strchr(units, s[len]);
	if (unit == NULL || s[len + 1] != '\0')
		return false;
	bits = (unsigned)((unit - units) / 2 + 1) * 10;
	if (n > UINT64_MAX >> bits)
		return false;
	*ret = n << bits;
	return true;
}

bool text_seconds(const char *s, uint64_t *ret_ms)
{
	uint64_t n = 0, unit = 100;
	size_t len = read_digits(slice_of(s), &n);

	if (len == 0 || n > UINT64_MAX / 1000 - 1)
		return false;
	n *= 1000;
	if (s[len] == '.') {
		for (len++; s[len] >= '0' && s[len] <= '9'; len++) {
			n += (uint64_t)(s[len] - '0') * unit;
			unit /= 10;
		}
	}
	if (s[len] != '\0')
		return false;
	*ret_ms = n;
	return true;
}
