/* SPDX-License-Identifier: MIT */
/* What a client would rather have. */
#include "http/accept.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "http/head.h"
#include "test.h"

/* The fields are whole lines. */
static struct accept ask(const char *fields, const char *type)
{
	static char text[1024];
	static struct head h;

	(void)snprintf(text, sizeof(text),
		       "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", fields);
	head_init(&h);
	assert_int_equal(head_parse(&h, text, strlen(text)), 0);
	return accept_type(&h, slice_of(type));
}

static const struct vector {
	const char *value, *type;
	uint16_t weight;
	enum accept_match match;
} vectors[] = {
	{"text/html",                   "text/html", 1000, ACCEPT_BY_NAME},
	{ "TEXT/HTML",                  "text/html", 1000, ACCEPT_BY_NAME},
	{ "text/html;q=0.5",            "text/html", 500,  ACCEPT_BY_NAME},
	{ "text/html ; q=0.123",        "text/html", 123,  ACCEPT_BY_NAME},
	{ "text/html;level=1;q=0.5",    "text/html", 500,  ACCEPT_BY_NAME},
	{ "text/html;q=0",              "text/html", 0,    ACCEPT_BY_NAME},
	{ "text/html;q=1.000",          "text/html", 1000, ACCEPT_BY_NAME},
	{ "*/*;q=0.8",                  "text/html", 800,  ACCEPT_BY_ALL },
	{ "text/*",		     "text/html", 1000, ACCEPT_BY_HALF},
	{ "*/*;q=0.1, text/*;q=0.2",    "text/html", 200,  ACCEPT_BY_HALF},
	{ "text/html;q=0.3,text/*,*/*", "text/html", 300,  ACCEPT_BY_NAME},
	{ "a/b,,text/html",             "text/html", 1000, ACCEPT_BY_NAME},
	{ "application/json",           "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/htmlx",                 "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/htm",                   "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/",		      "text/html", 0,    ACCEPT_BY_NONE},
	{ "text",		       "text/html", 0,    ACCEPT_BY_NONE},
	{ "",			   "text/html", 0,    ACCEPT_BY_NONE},
	{ ";q=1",		       "text/html", 0,    ACCEPT_BY_NONE},
 /* Weights that are none: the item does not count. */
	{ "text/html;q=2",              "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=1.001",          "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=0.1234",         "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=",               "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=.5",             "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=0x5",            "text/html", 0,    ACCEPT_BY_NONE},
	{ "text/html;q=-1, */*;q=0.4",  "text/html", 400,  ACCEPT_BY_ALL },
};

TEST(accept_vectors)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		char line[256];
		struct accept a;

		(void)snprintf(line, sizeof(line), "Accept: %s\r\n", v->value);
		a = ask(line, v->type);
		if (a.weight != v->weight || a.match != v->match)
			fail_msg("'%s': %u by %d", v->value, a.weight,
				 (int)a.match);
	}
}

TEST(accept_without_one)
{
	struct accept a = ask("", "text/html");

	assert_int_equal(a.weight, ACCEPT_FULL);
	assert_int_equal(a.match, ACCEPT_BY_ALL);
}

TEST(accept_in_several_fields)
{
	struct accept a = ask("Accept: */*;q=0.1\r\nX: y\r\n"
			      "accept: text/html;q=0.7\r\n",
			      "text/html");

	assert_int_equal(a.weight, 700);
}

TEST_MAIN()
