/* SPDX-License-Identifier: MIT */
/*
 * Accept-Encoding, held against a second reading that goes over the field once
 * for each coding and keeps what it was last said to weigh.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "http/coding.h"
#include "http/head.h"

enum { NOT_THERE = -1 };

static const char *skip(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

static bool takes(const char **at, const char *end, char c)
{
	if (*at == end || *at[0] != c)
		return false;
	(*at)++;
	return true;
}

/* 0, 0.123, 1, 1.000: thousandths, or NOT_THERE. */
static int read_weight(const char *at, const char *end)
{
	int n = 0;

	if (end - at > 5 || at == end || (*at != '0' && *at != '1'))
		return NOT_THERE;
	n = (*at++ - '0') * 1000;
	if (at < end && *at++ != '.')
		return NOT_THERE;
	for (int unit = 100; at < end; at++, unit /= 10) {
		if (*at < '0' || *at > '9')
			return NOT_THERE;
		n += (*at - '0') * unit;
	}
	return n <= 1000 ? n : NOT_THERE;
}

/* Without the white space around it. */
static void trim(const char **at, const char **end)
{
	*at = skip(*at, *end);
	while (*end > *at && ((*end)[-1] == ' ' || (*end)[-1] == '\t'))
		(*end)--;
}

/* The weight that the parameters say, the last that is one; 1000 without. */
static int read_parameters(const char *at, const char *end)
{
	int weight = 1000;

	while (at < end) {
		const char *stop = memchr(at, ';', (size_t)(end - at));
		const char *from = at, *upto = stop != NULL ? stop : end;

		at = upto + 1;
		trim(&from, &upto);
		if (upto - from == 1 && (*from == 'q' || *from == 'Q'))
			return NOT_THERE;
		if (!takes(&from, upto, 'q') && !takes(&from, upto, 'Q'))
			continue;
		if (!takes(&from, upto, '='))
			continue;
		weight = read_weight(from, upto);
		if (weight == NOT_THERE)
			return NOT_THERE;
	}
	return weight;
}

/* What one member says of that word; NOT_THERE: nothing. */
static int member_says(const char *at, const char *end, const char *word)
{
	const char *stop = memchr(at, ';', (size_t)(end - at));
	const char *upto = stop != NULL ? stop : end;

	trim(&at, &upto);
	if ((size_t)(upto - at) != strlen(word) ||
	    strncasecmp(at, word, strlen(word)) != 0)
		return NOT_THERE;
	return stop != NULL ? read_parameters(stop + 1, end) : 1000;
}

static void field_says(struct slice s, const char *word, int *ret)
{
	const char *at = s.at, *end = s.at + s.len;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		int n;

		if (comma == NULL)
			comma = end;
		n = member_says(at, comma, word);
		if (n != NOT_THERE)
			*ret = n;
		at = comma + 1;
	}
}

/* "gzip" and "x-gzip" are one word, so whichever comes last has it. */
static void check_gzip_aside(struct slice s, bool *ret)
{
	int n = NOT_THERE;

	field_says(s, "x-gzip", &n);
	*ret = n != NOT_THERE;
}

static int weight_of(struct slice s, const char *word)
{
	int n = NOT_THERE;

	field_says(s, word, &n);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "br", "zstd", "gzip" };
	static struct head h;
	struct slice s = { (const char *)data, size };
	struct codings c;
	int weights[CODINGS], any = weight_of(s, "*");
	int plain = weight_of(s, "identity"), wanted = 0, last = 1000;
	bool aside;

	h.n_fields = 1;
	h.fields[0] = (struct field){ SLICE("Accept-Encoding"), s };
	coding_accepted(&h, &c);
	CHECK(c.n <= CODINGS);
	check_gzip_aside(s, &aside);
	if (aside)
		return 0;
	for (int i = 0; i < CODINGS; i++) {
		weights[i] = weight_of(s, names[i]);
		if (weights[i] == NOT_THERE)
			weights[i] = any;
		wanted += weights[i] > 0 && weights[i] >= plain;
	}
	CHECK(wanted == (int)c.n);
	for (uint32_t i = 0; i < c.n; i++) {
		int w = weights[c.at[i]];

		CHECK(w > 0 && w >= plain && w <= last);
		CHECK(i == 0 || w < last || c.at[i] > c.at[i - 1]);
		last = w;
	}
	return 0;
}
