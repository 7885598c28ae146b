/* SPDX-License-Identifier: MIT */
/*
 * Ranges, held against a second reading of the field that marks byte by byte
 * what was asked for: all of it is sent, and besides it only short gaps; what
 * is sent is apart, in the order of what was asked for, and its parts are as
 * long as was promised.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "http/multipart.h"
#include "http/range.h"

enum { SIZE = 1000, ITEMS = 8192 };

/* What was asked for: 1 + the number of the first item that wants the byte. */
struct asked {
	bool bad;  /* that is no range */
	bool vast; /* both its numbers are past 64 bits, or nearly: either way */
	unsigned n; /* items, those that do not exist included */
	unsigned wants[SIZE];
};

static bool is_number(const char *from, const char *upto)
{
	for (; from < upto; from++)
		if (!isdigit((unsigned char)*from))
			return false;
	return true;
}

/* Without leading zeros a number is larger when it is longer. */
static unsigned value(const char *from, const char *upto)
{
	unsigned n = 0;

	while (from < upto && *from == '0')
		from++;
	if (upto - from > 8)
		return 99999999;
	for (; from < upto; from++)
		n = n * 10 + (unsigned)(*from - '0');
	return n;
}

/* Both may be longer than any number there is. */
static bool is_less(const char *a, const char *a_end, const char *b,
		    const char *b_end)
{
	while (a < a_end && *a == '0')
		a++;
	while (b < b_end && *b == '0')
		b++;
	if (a_end - a != b_end - b)
		return a_end - a < b_end - b;
	return memcmp(a, b, (size_t)(a_end - a)) < 0;
}

static void read_item(struct asked *k, const char *at, const char *end)
{
	const char *dash;
	unsigned from, upto;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (at < end && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (at == end)
		return;
	dash = memchr(at, '-', (size_t)(end - at));
	if (dash == NULL || end - at == 1 || !is_number(at, dash) ||
	    !is_number(dash + 1, end)) {
		k->bad = true;
		return;
	}
	k->n++;
	from = value(at, dash);
	upto = dash + 1 == end ? SIZE : value(dash + 1, end) + 1;
	if (dash == at) {
		from = upto > SIZE ? 0 : SIZE + 1 - upto;
		upto = SIZE;
	} else if (dash + 1 < end && is_less(dash + 1, end, at, dash)) {
		k->bad = true;
		k->vast = k->vast || end - dash > 19;
	}
	for (; from < upto && from < SIZE; from++)
		if (k->wants[from] == 0)
			k->wants[from] = k->n;
}

static void read_all(struct asked *k, const char *at, const char *end)
{
	memset(k, 0, sizeof(*k));
	if (end - at < 6 || strncasecmp(at, "bytes=", 6) != 0) {
		k->bad = true;
		return;
	}
	for (at += 6; at < end; at++) {
		const char *comma = memchr(at, ',', (size_t)(end - at));

		if (comma == NULL)
			comma = end;
		read_item(k, at, comma);
		at = comma;
	}
	k->bad = k->bad || k->n == 0;
}

static bool is_wanted(const struct asked *k)
{
	for (unsigned i = 0; i < SIZE; i++)
		if (k->wants[i] > 0)
			return true;
	return false;
}

/* One piece: no long gap in it, none at its ends; its first item. */
static unsigned check_piece(const struct asked *k, const struct range *r)
{
	unsigned first = ITEMS, gap = 0;

	CHECK(r->from < r->upto && r->upto <= SIZE);
	CHECK(k->wants[r->from] > 0 && k->wants[r->upto - 1] > 0);
	for (uint64_t i = r->from; i < r->upto; i++) {
		gap = k->wants[i] > 0 ? 0 : gap + 1;
		CHECK(gap < RANGE_GAP);
		if (k->wants[i] > 0 && k->wants[i] < first)
			first = k->wants[i];
	}
	return first;
}

static void check_pieces(const struct asked *k, const struct ranges *r)
{
	bool sent[SIZE] = { false };
	unsigned last = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		unsigned first = check_piece(k, &r->at[i]);

		CHECK(first > last);
		last = first;
		for (uint64_t at = r->at[i].from; at < r->at[i].upto; at++) {
			CHECK(!sent[at]);
			sent[at] = true;
		}
	}
	for (unsigned i = 0; i < SIZE; i++)
		CHECK(sent[i] || k->wants[i] == 0);
}

static void check_apart(const struct ranges *r)
{
	for (uint32_t i = 0; i < r->n; i++)
		for (uint32_t k = 0; k < r->n; k++)
			CHECK(i == k || r->at[i].from >= r->at[k].upto + 80 ||
			      r->at[k].from >= r->at[i].upto + 80);
}

static void check_length(const struct ranges *r)
{
	static const uint8_t random[MULTIPART_RANDOM];
	struct multipart m;
	char memory[1024];
	uint64_t len = 0;

	multipart_init(&m, r, SLICE("a/b"), SIZE, random);
	for (uint32_t i = 0; i <= r->n; i++) {
		struct text t = text_over(memory, sizeof(memory));

		multipart_head(&m, i, &t);
		CHECK(!t.full);
		len += t.len + (i < r->n ? r->at[i].upto - r->at[i].from : 0);
	}
	CHECK(len == multipart_length(&m));
}

static void check_odd_sizes(struct slice s)
{
	static const uint64_t sizes[] = { 0, 1, INT64_MAX, UINT64_MAX };

	for (size_t i = 0; i < 4; i++) {
		struct ranges r;
		uint64_t left = sizes[i];

		if (ranges_parse(s, sizes[i], &r) != 206)
			continue;
		for (uint32_t k = 0; k < r.n; k++) {
			CHECK(r.at[k].from < r.at[k].upto);
			CHECK(r.at[k].upto <= sizes[i]);
			CHECK(r.at[k].upto - r.at[k].from <= left);
			left -= r.at[k].upto - r.at[k].from;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data, size };
	static struct asked asked;
	struct ranges r;
	int status;

	if (size > 4 * ITEMS)
		return 0;
	status = ranges_parse(s, SIZE, &r);
	read_all(&asked, s.at, s.at + s.len);
	if (asked.vast)
		CHECK(status == 200 || status == 206 || status == 416);
	else if (asked.bad)
		CHECK(status == 200);
	else if (!is_wanted(&asked))
		CHECK(status == 416);
	else
		CHECK(status == 206 || (status == 200 && asked.n > RANGES_MAX));
	if (status == 206 && !asked.vast) {
		check_pieces(&asked, &r);
		check_apart(&r);
		check_length(&r);
	}
	check_odd_sizes(s);
	return 0;
}
