/* SPDX-License-Identifier: MIT */
/* A range of bytes: see range.h. */
#include "http/range.h"

#include <stdbool.h>

#include "base/base.h"

/* Digits at *at, saturating; how many. */
static size_t read_number(struct slice *s, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;

	for (; i < s->len && s->at[i] >= '0' && s->at[i] <= '9'; i++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(s->at[i] - '0'), &n))
			n = UINT64_MAX;
	s->at += i;
	s->len -= i;
	*ret = n;
	return i;
}

static void skip_space(struct slice *s)
{
	while (s->len > 0 && (*s->at == ' ' || *s->at == '\t')) {
		s->at++;
		s->len--;
	}
}

static int suffix(uint64_t wanted, uint64_t size, struct range *ret)
{
	if (wanted == 0 || size == 0)
		return 416;
	ret->from = size - MIN(wanted, size);
	ret->upto = size;
	return 206;
}

int range_parse(struct slice value, uint64_t size, struct range *ret)
{
	uint64_t first, last;
	size_t n_first, n_last;

	if (value.len < 6 ||
	    !slice_is_word((struct slice){ value.at, 6 }, SLICE("bytes=")))
		return 200;
	value.at += 6;
	value.len -= 6;
	skip_space(&value);
	n_first = read_number(&value, &first);
	if (value.len == 0 || *value.at != '-')
		return 200;
	value.at++;
	value.len--;
	n_last = read_number(&value, &last);
	skip_space(&value);
	if (value.len > 0 || n_first + n_last == 0)
		return 200;
	if (n_first == 0)
		return suffix(last, size, ret);
	if (n_last > 0 && last < first)
		return 200;
	if (first >= size)
		return 416;
	ret->from = first;
	ret->upto = n_last > 0 && last < size - 1 ? last + 1 : size;
	return 206;
}
