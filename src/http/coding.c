/* SPDX-License-Identifier: MIT */
/* Accept-Encoding: see coding.h. */
#include "http/coding.h"

#include <stdbool.h>

#include "http/head.h"

enum { IDENTITY = CODINGS, ANY, WORDS };

/* A weight in thousandths; the word was not there. */
enum { UNSAID = -1 };

static const struct {
	struct slice word;
	int index;
} words[] = {
	{{ "br", 2 },        CODING_BROTLI},
        { { "zstd", 4 },     CODING_ZSTD  },
	{ { "gzip", 4 },     CODING_GZIP  },
        { { "x-gzip", 6 },   CODING_GZIP  },
	{ { "identity", 8 }, IDENTITY     },
        { { "*", 1 },        ANY          },
};

const char *coding_name(enum coding c)
{
	static const char *const names[] = { "br", "zstd", "gzip" };

	return names[c];
}

const char *coding_suffix(enum coding c)
{
	static const char *const suffixes[] = { ".br", ".zst", ".gz" };

	return suffixes[c];
}

/* Digits behind the point, three at most; UNSAID: that is no weight. */
static int fraction(struct slice s)
{
	int n = 0, unit = 100;

	if (s.len > 3)
		return UNSAID;
	for (size_t i = 0; i < s.len; i++, unit /= 10) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return UNSAID;
		n += (s.at[i] - '0') * unit;
	}
	return n;
}

/* "0.5" and the like (RFC 9110, 12.4.2), in thousandths. */
static int weight(struct slice s)
{
	int whole, rest = 0;

	if (s.len == 0 || (*s.at != '0' && *s.at != '1') ||
	    (s.len > 1 && s.at[1] != '.'))
		return UNSAID;
	whole = *s.at == '1' ? 1000 : 0;
	if (s.len > 2)
		rest = fraction((struct slice){ s.at + 2, s.len - 2 });
	return rest == UNSAID || whole + rest > 1000 ? UNSAID : whole + rest;
}

/* What stands before c, trimmed; *s goes on behind it. */
static struct slice cut(struct slice *s, char c)
{
	const char *at = memchr(s->at, c, s->len);
	size_t n = at != NULL ? (size_t)(at - s->at) : s->len;
	struct slice before = { s->at, n };

	n += at != NULL;
	s->at += n;
	s->len -= n;
	return slice_trim(before);
}

/* The weight of one member, whose name is off its front already. */
static int weight_of(struct slice parameter, bool has_one)
{
	struct slice name;

	if (!has_one)
		return 1000;
	name = cut(&parameter, '=');
	if (!slice_is_word(name, SLICE("q")))
		return UNSAID;
	return weight(slice_trim(parameter));
}

static void read_member(struct slice member, int weights[WORDS])
{
	bool has_one = memchr(member.at, ';', member.len) != NULL;
	struct slice name = cut(&member, ';');
	int w = weight_of(member, has_one);

	if (w == UNSAID)
		return;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is_word(name, words[i].word))
			weights[words[i].index] = w;
}

static void read_list(struct slice list, int weights[WORDS])
{
	while (list.len > 0)
		read_member(cut(&list, ','), weights);
}

/* Into its place: behind those that are wanted as much or more. */
static void insert(struct codings *r, enum coding c, const int weights[WORDS])
{
	uint32_t i = r->n++;

	for (; i > 0 && weights[r->at[i - 1]] < weights[c]; i--)
		r->at[i] = r->at[i - 1];
	r->at[i] = c;
}

void coding_accepted(const struct head *h, struct codings *ret)
{
	int weights[WORDS] = { UNSAID, UNSAID, UNSAID, UNSAID, UNSAID };

	for (uint32_t i = 0; i < h->n_fields; i++)
		if (slice_is_word(h->fields[i].name, SLICE("Accept-Encoding")))
			read_list(h->fields[i].value, weights);
	ret->n = 0;
	for (int c = 0; c < CODINGS; c++) {
		if (weights[c] == UNSAID)
			weights[c] = weights[ANY];
		if (weights[c] > 0 && weights[c] >= weights[IDENTITY])
			insert(ret, (enum coding)c, weights);
	}
}

/* ── Types ── */

static bool begins(struct slice s, struct slice with)
{
	return s.len >= with.len &&
	       slice_is_word((struct slice){ s.at, with.len }, with);
}

static bool ends(struct slice s, struct slice with)
{
	return s.len >= with.len &&
	       slice_is_word(
		       (struct slice){ s.at + s.len - with.len, with.len },
		       with);
}

bool coding_suits(struct slice type)
{
	static const struct slice others[] = {
		{"application/javascript",         22},
		{ "application/json",              16},
		{ "application/x-ndjson",          20},
		{ "application/xml",               15},
		{ "application/wasm",              16},
		{ "application/vnd.ms-fontobject", 29},
		{ "font/ttf",                      8 },
		{ "font/otf",                      8 },
		{ "image/bmp",                     9 },
		{ "image/vnd.microsoft.icon",      24},
	};

	type = cut(&type, ';');
	if (begins(type, SLICE("text/")) || ends(type, SLICE("+xml")) ||
	    ends(type, SLICE("+json")))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (slice_is_word(type, others[i]))
			return true;
	return false;
}
