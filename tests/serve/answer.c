/* SPDX-License-Identifier: MIT */
/* Heads to replies: a table of requests, and what must be in the answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "desk.h"
#include "test.h"

struct row {
	const char *request;
	int status;
	bool close;
};

static void check(const struct row *rows, size_t n)
{
	struct desk *d = desk_new();

	for (size_t i = 0; i < n; i++) {
		int status = ask(d, rows[i].request);

		if (status != rows[i].status)
			fail_msg("%d for %s", status, rows[i].request);
		if (d->answer->close != rows[i].close)
			fail_msg("close for %s", rows[i].request);
		assert_int_equal(says(d, "Connection: close"), rows[i].close);
		assert_false(d->answer->head.full);
		assert_non_null(strstr(d->head, "\r\n\r\n"));
	}
	desk_free(d);
}

static const struct row paths[] = {
	{"GET /file.txt" HOST END,                          200, false},
	{ "HEAD /file.txt" HOST END,                        200, false},
	{ "GET /file.txt" HOST "Connection: close\r\n" END, 200, true },
	{ "GET /file.txt HTTP/1.0\r\n" END,                 200, true },
	{ "GET /file.txt?q=1" HOST END,                     200, false},
	{ "GET http://x/file.txt" HOST END,                 200, false},
	{ "GET /./a%20b/../file.txt" HOST END,              200, false},
	{ "GET /none" HOST END,                             404, false},
	{ "GET /file.txt/" HOST END,                        404, false},
	{ "GET /file.txt/x" HOST END,                       404, false},
	{ "GET /.secret" HOST END,                          404, false},
	{ "GET /a%20b/../.secret" HOST END,                 404, false},
	{ "GET /%2esecret" HOST END,                        404, false},
	{ "GET /.well-known/x" HOST END,                    200, false},
	{ "GET /.well-known/.x" HOST END,                   404, false},
	{ "GET /out" HOST END,                              403, false},
	{ "GET /a%2fb" HOST END,                            404, false},
	{ "GET /../etc/passwd" HOST END,                    400, true },
	{ "GET /%zz" HOST END,                              400, true },
	{ "GET /%00" HOST END,                              400, true },
	{ "GET / HTTP/1.1\r\n" END,                         400, true },
	{ "GET / HTTP/2.0\r\nHost: x\r\n" END,              505, true },
	{ "\x16\x03\x01 / \r\n\r\n",                        400, true },
	{ "GET /site" HOST END,                             301, false},
	{ "GET /site/" HOST END,                            200, false},
	{ "GET /" HOST END,				 200, false},
};

TEST(answers_of_paths)
{
	check(paths, ARRAY_SIZE(paths));
}

static const struct row methods[] = {
	{"GET /file.txt" HOST "Content-Length: 3\r\n" END,     200, false},
	{ "POST /file.txt" HOST END,                           405, false},
	{ "POST /x" HOST "Content-Length: 3\r\n" END,          405, false},
	{ "OPTIONS *" HOST END,				204, false},
	{ "OPTIONS /file.txt" HOST END,                        204, false},
	{ "OPTIONS /none" HOST END,                            204, false},
	{ "OPTIONS /%zz" HOST END,                             400, true },
	{ "GET *" HOST END,				    400, true },
	{ "TRACE /file.txt" HOST END,                          405, false},
	{ "CONNECT x:443" HOST END,                            405, true },
	{ "GET x:443" HOST END,				400, true },
	{ "GET /file.txt" HOST "Expect: 100-continue\r\n" END, 200, false},
	{ "GET /file.txt" HOST "Expect: x\r\n" END,            417, false},
	{ "GET /none" HOST "Expect: x\r\n" END,                417, false},
	{ "GET /file.txt HTTP/1.0\r\nExpect: x\r\n" END,       200, true },
	{ "BREW /pot" HOST END,				501, false},
};

TEST(answers_of_methods)
{
	check(methods, ARRAY_SIZE(methods));
}

TEST(answer_of_a_file)
{
	struct desk *d = desk_new();

	assert_int_equal(ask(d, "GET /file.txt" HOST END), 200);
	assert_memory_equal(d->head, "HTTP/1.1 200 OK\r\n", 17);
	assert_true(says(d, "Date: Sat, 21 Nov 2026 19:40:02 GMT"));
	assert_true(says(d, "Content-Type: text/plain; charset=utf-8"));
	assert_true(says(d, "Content-Length: 10"));
	assert_true(says(d, "Accept-Ranges: bytes"));
	assert_true(says(d, "Last-Modified: Sun, 09 Sep 2001 01:46:40 GMT"));
	assert_non_null(strstr(d->head, "\r\nETag: "));
	assert_int_equal(d->answer->body.part.end.kind, POUR_FILE);
	assert_true(d->answer->body.part.end.offset == 0);
	assert_true(d->answer->body.len == 10);
	assert_int_equal(ask(d, "GET /empty" HOST END), 200);
	assert_true(says(d, "Content-Length: 0"));
	assert_true(d->answer->body.len == 0);
	desk_free(d);
}

TEST(answer_keeps_old_clients_only_when_asked)
{
	struct desk *d = desk_new();

	ask(d, "GET /file.txt HTTP/1.0\r\nConnection: keep-alive\r\n" END);
	assert_false(d->answer->close);
	assert_true(says(d, "Connection: keep-alive"));
	ask(d, "GET /file.txt" HOST END);
	assert_null(strstr(d->head, "Connection"));
	desk_free(d);
}

/* A HEAD has the fields of the GET and no body; Range means nothing to it. */
TEST(answer_to_head)
{
	struct desk *d = desk_new();
	char *get;

	ask(d, "GET /file.txt" HOST END);
	get = strdup(d->head);
	assert_int_equal(
		ask(d, "HEAD /file.txt" HOST "Range: bytes=0-1\r\n" END), 200);
	assert_string_equal(d->head, get);
	assert_true(d->answer->body.len == 0);
	free(get);
	assert_int_equal(ask(d, "HEAD /none" HOST END), 404);
	assert_true(d->answer->body.len == 0);
	assert_false(says(d, "Content-Length: 0"));
	assert_int_equal(ask(d, "HEAD /" HOST END), 200);
	assert_true(d->answer->body.len == 0);
	assert_false(says(d, "Content-Length: 0"));
	desk_free(d);
}

static void range_is(struct desk *d, const char *range, int status,
		     const char *field, uint64_t len)
{
	char request[256];

	(void)snprintf(request, sizeof(request),
		       "GET /file.txt" HOST "%s\r\n" END, range);
	assert_int_equal(ask(d, request), status);
	if (field != NULL && !says(d, field))
		fail_msg("%s: %s", range, d->head);
	if (status != 416)
		assert_true(d->answer->body.len == len);
}

TEST(answer_with_ranges)
{
	struct desk *d = desk_new();

	range_is(d, "Range: bytes=2-4", 206, "Content-Range: bytes 2-4/10", 3);
	assert_true(d->answer->body.part.end.offset == 2);
	assert_true(says(d, "Content-Length: 3"));
	range_is(d, "Range: bytes=7-", 206, "Content-Range: bytes 7-9/10", 3);
	range_is(d, "Range: bytes=-2", 206, "Content-Range: bytes 8-9/10", 2);
	range_is(d, "Range: bytes=5-99", 206, "Content-Range: bytes 5-9/10", 5);
	range_is(d, "Range: bytes=10-", 416, "Content-Range: bytes */10", 0);
	assert_int_equal(d->answer->body.part.end.kind, POUR_MEMORY);
	range_is(d, "Range: bytes=0-1,3-4", 206, "Content-Range: bytes 0-4/10",
		 5);
	range_is(d, "Range: lines=0-1", 200, "Content-Length: 10", 10);
	range_is(d, "Range: bytes=0-1\r\nRange: bytes=2-3", 200, NULL, 10);
	range_is(d, "Range: bytes=0-1\r\nIf-Range: \"other\"", 200, NULL, 10);
	desk_free(d);
}

/* The validator that the answer has, in a request of its own. */
static int ask_with_etag(struct desk *d, const char *field, const char *more)
{
	char request[512], *at, *end;

	ask(d, "GET /file.txt" HOST END);
	at = strstr(d->head, "\r\nETag: ");
	assert_non_null(at);
	at += 8;
	end = strstr(at, "\r\n");
	*end = '\0';
	(void)snprintf(request, sizeof(request),
		       "GET /file.txt" HOST "%s: %s\r\n%s" END, field, at,
		       more);
	return ask(d, request);
}

TEST(answer_with_conditions)
{
	struct desk *d = desk_new();

	assert_int_equal(ask_with_etag(d, "If-None-Match", ""), 304);
	assert_true(d->answer->body.len == 0);
	assert_non_null(strstr(d->head, "\r\nETag: "));
	assert_null(strstr(d->head, "Content-"));
	assert_int_equal(
		ask_with_etag(d, "If-None-Match", "Range: bytes=0-1\r\n"), 304);
	assert_int_equal(
		ask(d, "GET /file.txt" HOST "If-Match: \"other\"\r\n" END),
		412);
	assert_int_equal(ask(d, "GET /file.txt" HOST "If-Modified-Since: "
				"Sun, 09 Sep 2001 01:46:40 GMT\r\n" END),
			 304);
	desk_free(d);
}

TEST(answer_redirects_to_the_slash)
{
	struct desk *d = desk_new();

	assert_int_equal(ask(d, "GET /a%20b?x=/y" HOST END), 301);
	assert_true(says(d, "Location: /a%20b/?x=/y"));
	assert_int_equal(ask(d, "GET //site" HOST END), 301);
	assert_true(says(d, "Location: /site/"));
	assert_int_equal(ask(d, "GET /x/..//site" HOST END), 301);
	assert_true(says(d, "Location: /site/"));
	desk_free(d);
}

TEST(answer_of_a_folder)
{
	struct desk *d = desk_new();

	assert_int_equal(ask(d, "GET /site/" HOST END), 200);
	assert_int_equal(d->answer->body.part.end.kind, POUR_FILE);
	assert_true(d->answer->body.len == 5);
	assert_true(says(d, "Content-Type: text/html; charset=utf-8"));
	assert_int_equal(ask(d, "GET /a%20b/" HOST END), 200);
	assert_int_equal(d->answer->body.part.end.kind, POUR_MEMORY);
	assert_true(says(d, "X-Content-Type-Options: nosniff"));
	assert_non_null(strstr(d->head, "default-src 'none'"));
	desk_free(d);
}

TEST(answer_says_what_is_allowed)
{
	struct desk *d = desk_new();

	assert_int_equal(ask(d, "DELETE /file.txt" HOST END), 405);
	assert_true(says(d, "Allow: GET, HEAD, OPTIONS"));
	assert_int_equal(ask(d, "OPTIONS /file.txt" HOST END), 204);
	assert_true(says(d, "Allow: GET, HEAD, OPTIONS"));
	assert_null(strstr(d->head, "Content-"));
	desk_free(d);
}

/* Before the turn is over a path is opened once; after it, anew. */
TEST(cache_forgets_at_the_end_of_the_turn)
{
	struct desk *d = desk_new();
	struct opened *a = cache_take(&d->cache, "file.txt", 8);
	struct opened *b = cache_take(&d->cache, "file.txt", 8);
	struct opened *c;

	assert_ptr_equal(a, b);
	assert_int_equal(unlinkat(d->tree.root, "file.txt", 0), 0);
	cache_empty(&d->cache);
	c = cache_take(&d->cache, "file.txt", 8);
	assert_int_equal(c->status, 404);
	assert_int_equal(a->status, 0);
	assert_true(lseek(a->fd, 0, SEEK_END) == 10);
	cache_give(&d->cache, a);
	cache_give(&d->cache, b);
	cache_give(&d->cache, c);
	desk_free(d);
}

TEST(cache_survives_many_paths)
{
	struct desk *d = desk_new();
	char path[400];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++) {
			struct opened *o;
			int n = snprintf(path, sizeof(path), "%0*d",
					 i % 390 + 1, i);

			o = cache_take(&d->cache, path, (size_t)n);
			assert_int_equal(o->status, 404);
			cache_give(&d->cache, o);
		}
		cache_empty(&d->cache);
	}
	desk_free(d);
}

TEST_MAIN()
