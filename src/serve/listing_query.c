/* SPDX-License-Identifier: MIT */
/* Queries for listings, read and written: see listing_query.h. */
#include "serve/listing_query.h"

#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "http/accept.h"
#include "http/char.h"
#include "http/reply.h"

/* A cursor, decoded: a key before the name and a slash behind it. */
enum { CURSOR_SIZE = 32 + FOLDER_NAME_MAX };

static const char *const sort_words[] = {
	[FOLDER_BY_NAME] = "name",
	[FOLDER_BY_SIZE] = "size",
	[FOLDER_BY_TIME] = "time",
	[FOLDER_UNSORTED] = "none",
};
static const char *const format_words[] = {
	[LISTING_HTML] = "html",
	[LISTING_JSON] = "json",
	[LISTING_NDJSON] = "ndjson",
};
static const char *const order_words[] = { "asc", "desc" };

const char *listing_query_word(enum folder_sort sort)
{
	return sort_words[sort];
}

/* ── Reading ── */

/* Decodes as forms are encoded: "%41" and "+". False: it is not, or long. */
static bool decode(struct slice s, struct text *t)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = (char)(s.at[i] == '+' ? ' ' : s.at[i]);

		if (c == '%') {
			int high = i + 2 < s.len ? char_hex(s.at[i + 1]) : -1;
			int low = i + 2 < s.len ? char_hex(s.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (c == '\0')
			return false;
		text_char(t, c);
	}
	return !t->full;
}

static bool read_word(struct slice value, const char *const *words, size_t n,
		      size_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (slice_is(value, slice_of(words[i]))) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static const char *read_format(struct listing_query *q, struct slice value)
{
	size_t i;

	if (!read_word(value, format_words, ARRAY_SIZE(format_words), &i))
		return "format: html, json or ndjson";
	q->format = (enum listing_format)i;
	q->format_given = true;
	return NULL;
}

static const char *read_sort(struct listing_query *q, struct slice value)
{
	size_t i;

	if (!read_word(value, sort_words, ARRAY_SIZE(sort_words), &i))
		return "sort: name, size, time or none";
	q->sort = (enum folder_sort)i;
	return NULL;
}

static const char *read_order(struct listing_query *q, struct slice value)
{
	size_t i;

	if (!read_word(value, order_words, ARRAY_SIZE(order_words), &i))
		return "order: asc or desc";
	q->descending = i == 1;
	return NULL;
}

static const char *read_limit(struct listing_query *q, struct slice value)
{
	uint64_t n;

	if (!text_digits(value, FOLDER_LIST_PAGE, &n) || n == 0)
		return "limit: a number from 1 to 10000";
	q->limit = (uint32_t)n;
	return NULL;
}

/* The name of a cursor; a slash at its end makes it a folder's. */
static bool read_name(struct listing_query *q, struct slice s)
{
	bool is_folder = s.len > 0 && s.at[s.len - 1] == '/';

	s.len -= is_folder;
	if (s.len == 0 || s.len >= sizeof(q->name) ||
	    memchr(s.at, '/', s.len) != NULL)
		return false;
	memcpy(q->name, s.at, s.len);
	q->name[s.len] = '\0';
	q->after.name = q->name;
	q->after.len = s.len;
	q->after.is_folder = is_folder;
	return true;
}

/* "4096:NAME", and for a time before 1970 "-1:NAME". */
static bool read_key(struct listing_query *q, struct slice *s)
{
	const char *colon = s->len > 0 ? memchr(s->at, ':', s->len) : NULL;
	bool minus = s->len > 0 && s->at[0] == '-';
	struct slice digits = { s->at, 0 };
	uint64_t n;

	if (colon == NULL)
		return false;
	digits.len = (size_t)(colon - s->at);
	s->at += digits.len + 1;
	s->len -= digits.len + 1;
	digits.at += minus;
	digits.len -= minus;
	if (!text_digits(digits, INT64_MAX, &n))
		return false;
	q->after.size = n;
	q->after.mtime = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

/* Once it is known what the cursor is of. */
static bool read_after(struct listing_query *q, struct slice raw)
{
	char memory[CURSOR_SIZE];
	struct text t = text_over(memory, sizeof(memory));
	struct slice s;

	if (!decode(raw, &t))
		return false;
	s = (struct slice){ t.at, t.len };
	q->has_after = true;
	if (q->sort == FOLDER_UNSORTED)
		return text_digits(s, INT64_MAX, &q->position);
	if (q->sort != FOLDER_BY_NAME && !read_key(q, &s))
		return false;
	return read_name(q, s);
}

static const struct parameter {
	const char *name;
	const char *(*read)(struct listing_query *q, struct slice value);
} parameters[] = {
	{"format", read_format},
	{ "sort",  read_sort  },
	{ "order", read_order },
	{ "limit", read_limit },
};

/* NULL, or why not. */
static const char *read_one(struct listing_query *q, struct slice name,
			    struct slice value)
{
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++)
		if (slice_is(name, slice_of(parameters[i].name)))
			return parameters[i].read(q, value);
	return NULL;
}

static const char *read_all(struct listing_query *q, struct slice query)
{
	struct slice after = { NULL, 0 };
	const char *why = NULL;

	while (query.len > 0 && why == NULL) {
		struct slice value = slice_cut(&query, '&');
		struct slice name = slice_cut(&value, '=');

		if (slice_is(name, SLICE("after")))
			after = value;
		else
			why = read_one(q, name, value);
	}
	if (why == NULL && after.at != NULL && !read_after(q, after))
		why = "after: not where a page in this order ended";
	return why;
}

/* HTML where the client has no preference. */
static void negotiate(struct listing_query *q, const struct head *h)
{
	static const struct slice types[] = {
		[LISTING_HTML] = {"text/html",             9 },
		[LISTING_JSON] = { "application/json",     16},
		[LISTING_NDJSON] = { "application/x-ndjson", 20},
	};
	uint16_t best = 0;

	q->links = accept_type(h, types[LISTING_HTML]).match == ACCEPT_BY_NAME;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		uint16_t weight = accept_type(h, types[i]).weight;

		if (weight > best) {
			best = weight;
			q->format = (enum listing_format)i;
		}
	}
}

int listing_query_parse(struct listing_query *q, struct slice query,
			const struct head *h, const char **ret_why)
{
	const char *why;

	memset(q, 0, sizeof(*q));
	negotiate(q, h);
	why = read_all(q, query);
	if (why != NULL)
		*ret_why = why;
	return why == NULL ? 0 : 400;
}

/* ── Writing ── */

static void add(struct text *t, const char *name, const char *value)
{
	text_char(t, t->len == 0 ? '?' : '&');
	text_str(t, name);
	text_char(t, '=');
	text_str(t, value);
}

static void add_common(struct text *t, const struct listing_query *q,
		       enum folder_sort sort, bool descending)
{
	if (q->format_given)
		add(t, "format", format_words[q->format]);
	if (sort != FOLDER_BY_NAME || descending)
		add(t, "sort", sort_words[sort]);
	if (descending)
		add(t, "order", "desc");
	if (q->limit > 0) {
		add(t, "limit", "");
		text_u64(t, q->limit);
	}
}

void listing_query_sorted(struct text *t, const struct listing_query *q,
			  enum folder_sort sort, bool descending)
{
	add_common(t, q, sort, descending);
	if (t->len == 0)
		add(t, "sort", sort_words[sort]);
}

static void add_key(struct text *t, enum folder_sort sort,
		    const struct folder_entry *e)
{
	if (sort == FOLDER_BY_TIME) {
		if (e->mtime < 0)
			text_char(t, '-');
		text_u64(t, e->mtime < 0 ? 0 - (uint64_t)e->mtime
					 : (uint64_t)e->mtime);
		text_str(t, ":");
	} else if (sort == FOLDER_BY_SIZE) {
		text_u64(t, e->size);
		text_str(t, ":");
	}
}

void listing_query_next(struct text *t, const struct listing_query *q,
			const struct folder_entry *last)
{
	add_common(t, q, q->sort, q->descending);
	add(t, "after", "");
	if (q->sort == FOLDER_UNSORTED) {
		text_u64(t, last->next);
		return;
	}
	add_key(t, q->sort, last);
	reply_href(t, (struct slice){ last->name, last->len });
	if (last->is_folder)
		text_char(t, '/');
}
