/* SPDX-License-Identifier: MIT */
/* Accept-Encoding: see coding.h. */
#include "http/coding.h"

#include <stdbool.h>

#include "base/base.h"
#include "http/accept.h"
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

static void read_list(struct slice list, int weights[WORDS])
{
	struct accept_item item;

	while (accept_next(&list, &item))
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (slice_is_word(item.value, words[i].word))
				weights[words[i].index] = item.weight;
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

	type = slice_trim(slice_cut(&type, ';'));
	if (begins(type, SLICE("text/")) || ends(type, SLICE("+xml")) ||
	    ends(type, SLICE("+json")))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (slice_is_word(type, others[i]))
			return true;
	return false;
}
