/* SPDX-License-Identifier: MIT */
/* Queries for listings: read, refused by name, and written again. */
#include "serve/listing_query.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/text.h"
#include "http/head.h"
#include "test.h"

static struct head head;

/* The status; accept NULL: no such field. */
static int parse(struct listing_query *q, const char *query, const char *accept,
		 const char **ret_why)
{
	static char text[512];

	(void)snprintf(
		text, sizeof(text), "GET / HTTP/1.1\r\nHost: x\r\n%s%s%s",
		accept != NULL ? "Accept: " : "", accept != NULL ? accept : "",
		accept != NULL ? "\r\n\r\n" : "\r\n");
	head_init(&head);
	assert_int_equal(head_parse(&head, text, strlen(text)), 0);
	*ret_why = "";
	return listing_query_parse(q, slice_of(query), &head, ret_why);
}

static void good(struct listing_query *q, const char *query)
{
	const char *why;

	if (parse(q, query, NULL, &why) != 0)
		fail_msg("%s: %s", query, why);
}

TEST(query_of_nothing)
{
	struct listing_query q;
	const char *why;

	head_init(&head);
	assert_int_equal(
		listing_query_parse(&q, (struct slice){ NULL, 0 }, &head, &why),
		0);
	assert_int_equal(q.format, LISTING_HTML);
	assert_int_equal(q.sort, FOLDER_BY_NAME);
	assert_int_equal(q.limit, 0);
	assert_false(q.descending || q.has_after || q.links);
}

TEST(query_of_all)
{
	struct listing_query q;

	good(&q, "format=json&sort=size&order=desc&limit=10000&"
		 "after=42:a%20b+c%2F");
	assert_int_equal(q.format, LISTING_JSON);
	assert_int_equal(q.sort, FOLDER_BY_SIZE);
	assert_int_equal(q.limit, 10000);
	assert_true(q.descending && q.has_after && q.after.is_folder);
	assert_int_equal(q.after.size, 42);
	assert_string_equal(q.after.name, "a b c");
	good(&q, "after=-5:x&sort=time");
	assert_int_equal(q.after.mtime, -5);
	good(&q, "sort=none&after=9223372036854775807");
	assert_int_equal(q.position, INT64_MAX);
	good(&q, "after=3:a:b");
	assert_string_equal(q.after.name, "3:a:b");
	good(&q, "v=1&&other&=&limit=1");
	assert_int_equal(q.limit, 1);
}

static const struct refused {
	const char *query, *why;
} refusals[] = {
	{"format=xml",			   "format: "},
	{ "format=",			     "format: "},
	{ "format=HTML",			 "format: "},
	{ "sort=date",			   "sort: "  },
	{ "order=up",			    "order: " },
	{ "limit=0",			     "limit: " },
	{ "limit=10001",			 "limit: " },
	{ "limit=-1",			    "limit: " },
	{ "limit=1x",			    "limit: " },
	{ "limit",			       "limit: " },
	{ "limit=99999999999999999999",          "limit: " },
	{ "after=",			      "after: " },
	{ "after",			       "after: " },
	{ "after=/",			     "after: " },
	{ "after=a%2Fb",			 "after: " },
	{ "after=%00",			   "after: " },
	{ "after=%4",			    "after: " },
	{ "after=%zz",			   "after: " },
	{ "sort=size&after=a",                   "after: " },
	{ "sort=size&after=:a",                  "after: " },
	{ "sort=size&after=1:",                  "after: " },
	{ "sort=size&after=--1:a",               "after: " },
	{ "sort=none&after=a",                   "after: " },
	{ "sort=none&after=-1",                  "after: " },
	{ "sort=none&after=9223372036854775808", "after: " },
};

TEST(query_refused_by_name)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct listing_query q;
		const char *why;

		assert_int_equal(parse(&q, refusals[i].query, NULL, &why), 400);
		if (strncmp(why, refusals[i].why, strlen(refusals[i].why)) != 0)
			fail_msg("%s: %s", refusals[i].query, why);
	}
}

TEST(query_with_a_long_cursor)
{
	struct listing_query q;
	char query[2 * FOLDER_NAME_MAX] = "after=";
	const char *why;

	memset(query + 6, 'a', FOLDER_NAME_MAX);
	good(&q, query);
	assert_int_equal(q.after.len, FOLDER_NAME_MAX);
	query[6 + FOLDER_NAME_MAX] = 'a';
	assert_int_equal(parse(&q, query, NULL, &why), 400);
	memset(query + 6, 'a', sizeof(query) - 7);
	assert_int_equal(parse(&q, query, NULL, &why), 400);
}

static const struct wanted {
	const char *accept;
	enum listing_format format;
	bool links;
} wishes[] = {
	{NULL,					 LISTING_HTML,   false},
	{ "*/*",				       LISTING_HTML,   false},
	{ "text/html",				 LISTING_HTML,   true },
	{ "text/html,application/xml;q=0.9,*/*;q=0.8", LISTING_HTML,   true },
	{ "application/json",                          LISTING_JSON,   false},
	{ "application/json, */*",                     LISTING_HTML,   false},
	{ "application/json, */*;q=0.5",               LISTING_JSON,   false},
	{ "application/x-ndjson",                      LISTING_NDJSON, false},
	{ "application/*",			     LISTING_JSON,   false},
	{ "text/html;q=0.1, application/json",         LISTING_JSON,   true },
	{ "image/png",				 LISTING_HTML,   false},
};

TEST(query_by_accept)
{
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		struct listing_query q;
		const char *why;

		assert_int_equal(parse(&q, "", wishes[i].accept, &why), 0);
		if (q.format != wishes[i].format || q.links != wishes[i].links)
			fail_msg("%s: %d", wishes[i].accept, (int)q.format);
	}
}

TEST(query_before_accept)
{
	struct listing_query q;
	const char *why;

	assert_int_equal(parse(&q, "format=ndjson", "text/html", &why), 0);
	assert_int_equal(q.format, LISTING_NDJSON);
}

/* ── Written ── */

static void check_next(const char *query, const struct folder_entry *last,
		       const char *wanted)
{
	char memory[256] = "";
	struct text t = text_over(memory, sizeof(memory) - 1);
	struct listing_query q;

	good(&q, query);
	listing_query_next(&t, &q, last);
	assert_string_equal(memory, wanted);
	good(&q, memory + 1);
	assert_true(q.has_after);
}

TEST(query_of_the_next_page)
{
	const struct folder_entry file = {
		.name = "a b&c+d%", .len = 8, .size = 7, .mtime = -3, .next = 99
	};
	const struct folder_entry folder = { .name = "f",
					     .len = 1,
					     .is_folder = true };

	check_next("limit=5", &file, "?limit=5&after=a%20b%26c%2Bd%25");
	check_next("limit=5", &folder, "?limit=5&after=f/");
	check_next("limit=5&sort=size&order=asc", &file,
		   "?sort=size&limit=5&after=7:a%20b%26c%2Bd%25");
	check_next("limit=5&sort=time&order=desc", &file,
		   "?sort=time&order=desc&limit=5&after=-3:a%20b%26c%2Bd%25");
	check_next("limit=5&sort=none&format=html", &file,
		   "?format=html&sort=none&limit=5&after=99");
}

TEST(query_of_another_order)
{
	char memory[256] = "";
	struct text t = text_over(memory, sizeof(memory) - 1);
	struct listing_query q;

	good(&q, "limit=5&after=x");
	listing_query_sorted(&t, &q, FOLDER_BY_TIME, true);
	assert_string_equal(memory, "?sort=time&order=desc&limit=5");
	memset(memory, 0, sizeof(memory));
	t.len = 0;
	good(&q, "sort=size");
	listing_query_sorted(&t, &q, FOLDER_BY_NAME, false);
	assert_string_equal(memory, "?sort=name");
}

TEST_MAIN()
