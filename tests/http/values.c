/* SPDX-License-Identifier: MIT */
/* Targets, dates and conditions. */
#include <stdio.h>
#include <string.h>

#include "http/cond.h"
#include "http/date.h"
#include "http/target.h"
#include "test.h"

TEST(targets)
{
	static const struct {
		const char *text;
		int status;
		const char *path, *query;
	} vectors[] = {
		{"/",                    0,   "",         NULL },
		{ "/a",                  0,   "a",        NULL },
		{ "/a/b/",               0,   "a/b/",     NULL },
		{ "/a%20b/./c/../d?q=1", 0,   "a b/d",    "q=1"},
		{ "//evil/x",            0,   "evil/x",   NULL },
		{ "/a//b",               0,   "a/b",      NULL },
		{ "/a/.",                0,   "a/",       NULL },
		{ "/a/..",               0,   "",         NULL },
		{ "/a/b/..",             0,   "a/",       NULL },
		{ "/%2e%2e/a",           400, "",         NULL },
		{ "/..",                 400, "",         NULL },
		{ "/a/../../b",          400, "",         NULL },
		{ "/.%2e/b",             400, "",         NULL },
		{ "/...",                0,   "...",      NULL },
		{ "/a%2fb",              404, "",         NULL },
		{ "/a%00b",              400, "",         NULL },
		{ "/a%",                 400, "",         NULL },
		{ "/a%4",                400, "",         NULL },
		{ "/a%zz",               400, "",         NULL },
		{ "/%c3%a4",             0,   "\xc3\xa4", NULL },
		{ "/%252e",              0,   "%2e",      NULL },
		{ "/a?",                 0,   "a",        ""   },
		{ "/a?b?c",              0,   "a",        "b?c"},
		{ "/a?%00",              0,   "a",        "%00"},
		{ "http://h/x",          0,   "x",        NULL },
		{ "HTTPS://h:1/x/",      0,   "x/",       NULL },
		{ "http://h",            0,   "",         NULL },
		{ "*",                   400, "",         NULL },
		{ "host:80",             400, "",         NULL },
		{ "a/b",                 400, "",         NULL },
	};
	static struct target t;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		int status = target_parse(&t, slice_of(vectors[i].text));

		if (status != vectors[i].status)
			fail_msg("%s is %d", vectors[i].text, status);
		if (status != 0)
			continue;
		assert_string_equal(t.path, vectors[i].path);
		assert_int_equal(t.len, strlen(vectors[i].path));
		assert_true((t.query.at == NULL) == (vectors[i].query == NULL));
		if (t.query.at != NULL)
			assert_true(
				slice_is(t.query, slice_of(vectors[i].query)));
	}
}

TEST(hidden_names)
{
	static const struct {
		const char *text;
		bool hidden;
	} vectors[] = {
		{"/a",                false},
		{ "/.a",              true },
		{ "/a/.b",            true },
		{ "/a/.b/c",          true },
		{ "/a.b",             false},
		{ "/.well-known/x",   false},
		{ "/.well-known/.x",  true },
		{ "/a/.well-known/x", true },
		{ "/.well-known",     true },
		{ "/...",             true },
	};
	static struct target t;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(target_parse(&t, slice_of(vectors[i].text)),
				 0);
		if (target_is_hidden(&t) != vectors[i].hidden)
			fail_msg("%s", vectors[i].text);
	}
}

TEST(dates)
{
	static const char *const same[] = { "Sun, 06 Nov 1994 08:49:37 GMT",
					    "Sunday, 06-Nov-94 08:49:37 GMT",
					    "Sun Nov  6 08:49:37 1994" };
	static const char *const bad[] = {
		"",
		"Mon, 06 Nov 1994 08:49:37 GMT",
		"Thu, 31 Feb 2024 00:00:00 GMT",
		"Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:60:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 CET",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"sun, 06 nov 1994 08:49:37 gmt",
		"Sun, 06 Nov 1994",
		"784111777",
	};
	char text[DATE_LEN + 1];
	time_t t, back;

	for (size_t i = 0; i < 3; i++) {
		t = 0;
		assert_true(date_parse(slice_of(same[i]), &t));
		assert_int_equal(t, 784111777);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (date_parse(slice_of(bad[i]), &t))
			fail_msg("%s was taken", bad[i]);
	for (t = 0; t < 4102444800; t += 8640007) {
		date_format(t, text);
		assert_int_equal(strlen(text), DATE_LEN);
		assert_true(date_parse(slice_of(text), &back));
		assert_int_equal(back, t);
	}
}

static const struct head *with(const char *fields)
{
	static char text[1024];
	static struct head h;

	(void)snprintf(text, sizeof(text),
		       "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
	head_init(&h);
	assert_int_equal(head_parse(&h, text, strlen(text)), 0);
	return &h;
}

static const struct validators strong = { "\"abc\"", 5, 784111777 };
static const struct validators weak = { "W/\"abc\"", 7, 784111777 };

#define SAME   "Sun, 06 Nov 1994 08:49:37 GMT"
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"

TEST(conditions)
{
	static const struct {
		const char *fields;
		int strong, weak;
	} vectors[] = {
		{"",							 0,   0  },
		{ "If-None-Match: \"abc\"\r\n",                              304, 304},
		{ "If-None-Match: W/\"abc\"\r\n",                            304, 304},
		{ "If-None-Match: \"x\", \"abc\"\r\n",                       304, 304},
		{ "If-None-Match: \"x\"\r\nIf-None-Match: \"abc\"\r\n",      304,
                 304								 },
		{ "If-None-Match: *\r\n",                                    304, 304},
		{ "If-None-Match: \"x\"\r\n",                                0,   0  },
		{ "If-None-Match: \"a,b\", \"abc\"\r\n",                     304, 304},
		{ "If-None-Match: abc\r\n",                                  0,   0  },
		{ "If-Match: \"abc\"\r\n",                                   0,   412},
		{ "If-Match: W/\"abc\"\r\n",                                 412, 412},
		{ "If-Match: *\r\n",					 0,   0  },
		{ "If-Match: \"x\"\r\n",                                     412, 412},
		{ "If-Modified-Since: " SAME "\r\n",                         304, 304},
		{ "If-Modified-Since: " BEFORE "\r\n",                       0,   0  },
		{ "If-Modified-Since: nonsense\r\n",                         0,   0  },
		{ "If-Unmodified-Since: " SAME "\r\n",                       0,   0  },
		{ "If-Unmodified-Since: " BEFORE "\r\n",                     412, 412},
 /* The date is not looked at where there is a tag. */
		{ "If-None-Match: \"x\"\r\nIf-Modified-Since: " SAME "\r\n", 0,
                 0								   },
		{ "If-Match: *\r\nIf-Unmodified-Since: " BEFORE "\r\n",      0,   0  },
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct head *h = with(vectors[i].fields);

		if (cond_check(h, &strong) != vectors[i].strong ||
		    cond_check(h, &weak) != vectors[i].weak)
			fail_msg("%s", vectors[i].fields);
	}
}

TEST(if_range)
{
	const struct head *h = with("");

	assert_true(cond_if_range(h, &strong));
	h = with("If-Range: \"abc\"\r\n");
	assert_true(cond_if_range(h, &strong));
	assert_false(cond_if_range(h, &weak));
	h = with("If-Range: W/\"abc\"\r\n");
	assert_false(cond_if_range(h, &strong));
	assert_false(cond_if_range(h, &weak));
	h = with("If-Range: " SAME "\r\n");
	assert_true(cond_if_range(h, &strong));
	h = with("If-Range: " BEFORE "\r\n");
	assert_false(cond_if_range(h, &strong));
	h = with("If-Range: nonsense\r\n");
	assert_false(cond_if_range(h, &strong));
}

TEST(tags_tell_files_apart)
{
	struct stat st = { .st_ino = 1, .st_size = 2 };
	struct timespec now = { 1000, 0 };
	struct validators a, b;

	st.st_mtim.tv_sec = st.st_ctim.tv_sec = 900;
	cond_of_stat(&st, now, &a);
	assert_int_equal(a.etag[0], '"');
	assert_int_equal(a.etag_len, strlen(a.etag));
	st.st_mtim.tv_nsec = 1;
	cond_of_stat(&st, now, &b);
	assert_string_not_equal(a.etag, b.etag);
	/* So young that a second change might not show. */
	st.st_ctim = (struct timespec){ 999, 990000000 };
	cond_of_stat(&st, now, &b);
	assert_int_equal(b.etag[0], 'W');
	st.st_ctim = (struct timespec){ 999, 980000000 };
	cond_of_stat(&st, now, &b);
	assert_int_equal(b.etag[0], '"');
}

TEST_MAIN()
