/* SPDX-License-Identifier: MIT */
/*
 * Chunks, held against a second reader that has the whole in front of it, line
 * by line: the same answer, the same body and the same end, however the bytes
 * are cut into pieces.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "http/chunk.h"

enum { SIZE_MAX_HERE = 20000 };

struct result {
	int status;
	size_t used, len;
	char body[SIZE_MAX_HERE];
};

/* ── The second reader ── */

struct reader {
	const char *at, *end;
	size_t extensions, trailers;
	bool bad;
};

/* A line without its end; NULL: it is not there yet. */
static const char *read_line(struct reader *r, size_t *ret_len)
{
	const char *line = r->at;
	const char *stop = r->at;

	while (stop < r->end && *stop != '\r' && *stop != '\n')
		stop++;
	*ret_len = (size_t)(stop - line);
	if (stop == r->end)
		return NULL;
	if (*stop == '\n' || (stop + 1 < r->end && stop[1] != '\n')) {
		r->bad = true;
		return NULL;
	}
	if (stop + 1 == r->end)
		return NULL;
	r->at = stop + 2;
	return line;
}

static bool is_content(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] == 0x7f ||
		    ((unsigned char)at[i] < ' ' && at[i] != '\t'))
			return false;
	return true;
}

static size_t token_len(const char *at, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (isalnum((unsigned char)at[i]) ||
		(at[i] != '\0' && strchr("!#$%&'*+-.^_`|~", at[i]) != NULL)))
		i++;
	return i;
}

/* What there is of the line of a size, whole or not; false: bad already. */
static bool check_size_line(struct reader *r, const char *line, size_t len,
			    bool whole, uint64_t *ret)
{
	size_t digits = 0, ext;
	uint64_t n = 0;

	while (digits < len && isxdigit((unsigned char)line[digits])) {
		char c = (char)tolower(line[digits++]);

		if (n >> 60 != 0 || digits > 16)
			return false;
		n = n * 16 + (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	if (n > INT64_MAX || (digits == 0 && (len > 0 || whole)))
		return false;
	*ret = n;
	if (digits == len)
		return true;
	ext = len - digits - 1;
	/* The CR counts: it is the byte that ends the last extension. */
	r->extensions += ext + whole;
	if (line[digits] != ';' || r->extensions > CHUNK_EXTENSIONS_MAX)
		return false;
	if (ext == 0)
		return !whole;
	return token_len(line + digits + 1, 1) == 1 &&
	       is_content(line + digits + 1, ext);
}

static bool check_trailer(const char *line, size_t len, bool whole)
{
	size_t name = token_len(line, len);

	if (name == len)
		return !whole || len == 0;
	return name > 0 && line[name] == ':' &&
	       is_content(line + name + 1, len - name - 1);
}

/* CR alone at the very end of what is there is part of a line end, maybe. */
static bool is_cut(const struct reader *r, const char *line, size_t len)
{
	return line + len < r->end;
}

static int read_trailers(struct reader *r)
{
	for (;;) {
		const char *start = r->at, *line;
		size_t len;

		bool cr;

		line = read_line(r, &len);
		cr = line != NULL || is_cut(r, start, len);
		if (r->bad || !check_trailer(start, len, cr))
			return 400;
		/* The very last LF ends the body and is no trailer's. */
		r->trailers += len + cr + (line != NULL && len > 0);
		if (line == NULL)
			return CHUNK_MORE;
		if (len == 0)
			return 0;
	}
}

/* 0: there is a chunk. */
static int read_size(struct reader *r, uint64_t *ret)
{
	const char *start = r->at, *line;
	size_t len;

	line = read_line(r, &len);
	if (r->bad ||
	    !check_size_line(r, start, len,
			     line != NULL || is_cut(r, start, len), ret))
		return 400;
	return line == NULL ? CHUNK_MORE : 0;
}

static int read_data(struct reader *r, uint64_t n, struct result *ret)
{
	size_t there = (size_t)(r->end - r->at);
	size_t some = n < there ? (size_t)n : there;

	memcpy(ret->body + ret->len, r->at, some);
	ret->len += some;
	r->at += some;
	there -= some;
	if (there > 0 && r->at[0] != '\r')
		return 400;
	if (there > 1 && r->at[1] != '\n')
		return 400;
	r->at += 2;
	return there > 1 ? 0 : CHUNK_MORE;
}

static void read_whole(struct slice s, struct result *ret)
{
	struct reader r = { .at = s.at, .end = s.at + s.len };
	uint64_t n = 1;
	int status = 0;

	ret->len = 0;
	while (status == 0 && n > 0) {
		status = read_size(&r, &n);
		if (status == 0 && n > 0)
			status = read_data(&r, n, ret);
	}
	if (status == 0)
		status = read_trailers(&r);
	if (status != 400 && r.trailers > CHUNK_TRAILERS_MAX)
		status = 400;
	ret->status = status;
	ret->used = (size_t)(r.at - s.at);
}

/* ── The one under test, in pieces ── */

static void take_pieces(struct slice s, size_t piece, struct result *ret)
{
	struct chunk c;
	size_t at = 0;

	chunk_init(&c);
	ret->len = 0;
	ret->status = CHUNK_MORE;
	while (ret->status == CHUNK_MORE && at < s.len) {
		struct slice some = { s.at + at, s.len - at }, data;
		size_t used = 0;

		if (some.len > piece)
			some.len = piece;
		ret->status = chunk_take(&c, some, &used, &data);
		if (ret->status == 400)
			return;
		CHECK(used > 0 && used <= some.len);
		CHECK(data.len <= used && data.at >= some.at &&
		      data.at + data.len <= some.at + used);
		memcpy(ret->body + ret->len, data.at, data.len);
		ret->len += data.len;
		at += used;
	}
	ret->used = at;
}

static void check_same(const struct result *a, const struct result *b)
{
	CHECK(a->status == b->status);
	if (a->status == 400)
		return;
	CHECK(a->len == b->len && memcmp(a->body, b->body, a->len) == 0);
	if (a->status == CHUNK_END)
		CHECK(a->used == b->used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct result whole, parts, second;
	struct slice s = { (const char *)data, size };

	if (size > SIZE_MAX_HERE)
		return 0;
	take_pieces(s, size + 1, &whole);
	take_pieces(s, 1, &parts);
	check_same(&whole, &parts);
	take_pieces(s, size > 0 ? 1 + data[size - 1] % 16U : 1, &parts);
	check_same(&whole, &parts);
	read_whole(s, &second);
	check_same(&whole, &second);
	return 0;
}
