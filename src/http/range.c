/* SPDX-License-Identifier: MIT */
/* Ranges of bytes: see range.h. */
#include "http/range.h"

#include <stdbool.h>

#include "base/base.h"

/* Digits at the front, saturating; how many. */
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

/* ── One range ── */

static int suffix(uint64_t wanted, uint64_t size, struct range *ret)
{
	if (wanted == 0 || size == 0)
		return 416;
	ret->from = size - MIN(wanted, size);
	ret->upto = size;
	return 206;
}

/* 206: *ret. 416: nothing of it exists. 200: that is no range. */
static int parse_one(struct slice s, uint64_t size, struct range *ret)
{
	uint64_t first, last;
	size_t n_first, n_last;

	n_first = read_number(&s, &first);
	if (s.len == 0 || *s.at != '-')
		return 200;
	s.at++;
	s.len--;
	n_last = read_number(&s, &last);
	if (s.len > 0 || n_first + n_last == 0)
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

/* ── Several ── */

static bool is_near(struct range a, struct range b)
{
	uint64_t from = MAX(a.from, b.from), upto = MIN(a.upto, b.upto);

	return from <= upto || from - upto < RANGE_GAP;
}

/*
 * Those that are in the list are not near each other, so whatever comes near
 * the new one together with them is near the new one itself: once through is
 * enough. The place is that of the first that it joins. False: no room.
 */
static bool add(struct ranges *r, struct range new)
{
	uint32_t n = 0, place = UINT32_MAX;

	for (uint32_t i = 0; i < r->n; i++) {
		if (!is_near(r->at[i], new)) {
			r->at[n++] = r->at[i];
			continue;
		}
		if (place == UINT32_MAX)
			place = n++;
		new.from = MIN(new.from, r->at[i].from);
		new.upto = MAX(new.upto, r->at[i].upto);
	}
	if (place == UINT32_MAX) {
		if (n == RANGES_MAX)
			return false;
		place = n++;
	}
	r->at[place] = new;
	r->n = n;
	return true;
}

int ranges_parse(struct slice value, uint64_t size, struct ranges *ret)
{
	struct range range;
	bool any = false;

	ret->n = 0;
	if (value.len < 6 ||
	    !slice_is_word((struct slice){ value.at, 6 }, SLICE("bytes=")))
		return 200;
	value.at += 6;
	value.len -= 6;
	while (value.len > 0) {
		struct slice item = slice_trim(slice_cut(&value, ','));
		int status = item.len == 0 ? 0 : parse_one(item, size, &range);

		any = any || status != 0;
		if (status == 200 || (status == 206 && !add(ret, range)))
			return 200;
	}
	if (!any)
		return 200;
	return ret->n > 0 ? 206 : 416;
}
