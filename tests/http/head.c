/* SPDX-License-Identifier: MIT */
/* Heads that are good, heads that are not, each also in pieces. */
#include "http/head.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

#define GET  "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"
#define END  "\r\n"

struct vector {
	const char *text;
	size_t len; /* 0: up to the NUL */
	int answer;
};

/* What a head comes to, fed in two pieces or byte by byte (step 1). */
static int feed(struct head *h, const char *text, size_t len, size_t first,
		size_t step)
{
	/* Exactly as large as what is there, so that a sanitizer sees more. */
	int r = HEAD_MORE;

	head_init(h);
	for (size_t n = first; r == HEAD_MORE; n += step) {
		char *copy;

		if (n > len)
			n = len;
		copy = malloc(n ? n : 1);
		memcpy(copy, text, n);
		r = head_parse(h, copy, n);
		free(copy);
		if (n == len)
			break;
	}
	return r;
}

static void check(const struct vector *v)
{
	size_t len = v->len ? v->len : strlen(v->text);
	struct head h;
	int r = feed(&h, v->text, len, len, 1);

	if (r != v->answer)
		fail_msg("'%s' is %d, not %d", v->text, r, v->answer);
	/* Refusals may come sooner in pieces, but not another answer. */
	assert_int_equal(feed(&h, v->text, len, 1, 1), v->answer);
	for (size_t split = 1; split < len; split++)
		assert_int_equal(feed(&h, v->text, len, split, len), v->answer);
}

TEST(good_heads)
{
	static const struct vector vectors[] = {
		{GET HOST END,				   0, 0        },
		{ "\r\n\r\n" GET HOST END,                       0, 0        },
		{ "GET / HTTP/1.0\r\n" END,                      0, 0        },
		{ "GET /?a=b&c HTTP/1.1\r\n" HOST END,           0, 0        },
		{ "GET http://a/b HTTP/1.1\r\n" HOST END,        0, 0        },
		{ "OPTIONS * HTTP/1.1\r\n" HOST END,             0, 0        },
		{ "M-SEARCH / HTTP/1.1\r\n" HOST END,            0, 0        },
		{ GET "Host:\r\n" END,                           0, 0        },
		{ GET "Host: [::1]:8080\r\n" END,                0, 0        },
		{ GET HOST "X:\r\n" END,                         0, 0        },
		{ GET HOST "X: \t a b \t \r\n" END,              0, 0        },
		{ GET HOST "X: \xc3\xa4\r\n" END,                0, 0        },
		{ GET HOST "Content-Length: 0\r\n" END,          0, 0        },
		{ GET HOST "Transfer-Encoding: chunked\r\n" END, 0, 0        },
		{ GET HOST,				      0, HEAD_MORE},
		{ "G",					   0, HEAD_MORE},
		{ "\r\n",					0, HEAD_MORE},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

TEST(bad_heads)
{
	static const struct vector vectors[] = {
		{"GET / HTTP/1.1\n" HOST END,						 0,                400},
		{ GET "Host: a\n" END,							0,                400},
		{ GET HOST "\n",							      0,                400},
		{ "\n" GET HOST END,							  0,                400},
		{ GET "Host: a\rX: b\r\n" END,						0,                400},
		{ "GET / HTTP/1.1\r" HOST END,						0,                400},
		{ GET "Host: a\0b\r\n" END,						   sizeof(GET) + 12, 400},
		{ GET HOST "X: a\x01\r\n" END,						0,                400},
		{ GET HOST "X: a\x7f\r\n" END,						0,                400},
		{ GET HOST " folded\r\n" END,						 0,                400},
		{ GET HOST "X: a\r\n\tfolded\r\n" END,                                        0,                400},
		{ GET HOST "X : a\r\n" END,						   0,                400},
		{ GET HOST ": a\r\n" END,						     0,                400},
		{ GET HOST "X\r\n" END,						       0,                400},
		{ GET HOST "X(: a\r\n" END,						   0,                400},
		{ GET HOST "\xc3\xa4: a\r\n" END,                                             0,                400},
		{ GET END,								    0,                400},
		{ GET HOST "host: a\r\n" END,						 0,                400},
		{ GET "Host: a b\r\n" END,						    0,                400},
		{ GET "Host: a@b\r\n" END,						    0,                400},
		{ GET "Host: a/b\r\n" END,						    0,                400},
		{ GET HOST "Content-Length: 5\r\nContent-Length: 5\r\n" END,                  0,
                 400											       },
		{ GET HOST "Content-Length: 5, 5\r\n" END,                                    0,                400},
		{ GET HOST "Content-Length: +5\r\n" END,                                      0,                400},
		{ GET HOST "Content-Length: -1\r\n" END,                                      0,                400},
		{ GET HOST "Content-Length:\r\n" END,                                         0,                400},
		{ GET HOST "Content-Length: 0x5\r\n" END,                                     0,                400},
		{ GET HOST "Content-Length: 99999999999999999999\r\n" END,                    0,
                 400											       },
		{ GET HOST
		  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" END,
                 0,											     400},
		{ GET HOST "Transfer-Encoding: identity\r\n" END,                             0,                501},
		{ GET HOST "Transfer-Encoding: chunked, gzip\r\n" END,                        0,                501},
		{ GET HOST "Transfer-Encoding: xchunked\r\n" END,                             0,                501},
		{ GET HOST "Transfer-Encoding: chunked\r\n"
			   "Transfer-Encoding: chunked\r\n" END,
                 0,											     400},
		{ "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" END,                     0,
                 400											       },
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

TEST(bad_request_lines)
{
	static const struct vector vectors[] = {
		{" GET / HTTP/1.1\r\n" HOST END,         0, 400},
		{ "GET  / HTTP/1.1\r\n" HOST END,        0, 400},
		{ "GET /  HTTP/1.1\r\n" HOST END,        0, 400},
		{ "GET / HTTP/1.1 \r\n" HOST END,        0, 400},
		{ "GET /\t HTTP/1.1\r\n" HOST END,       0, 400},
		{ "GET / HTTP/1.10\r\n" HOST END,        0, 400},
		{ "GET / HTTP/01.1\r\n" HOST END,        0, 400},
		{ "GET / http/1.1\r\n" HOST END,         0, 400},
		{ "GET / HTTP/1,1\r\n" HOST END,         0, 400},
		{ "GET /\r\n" HOST END,                  0, 400},
		{ "GET\r\n" HOST END,                    0, 400},
		{ "GET /\xc3\xa4 HTTP/1.1\r\n" HOST END, 0, 400},
		{ "G@T / HTTP/1.1\r\n" HOST END,         0, 400},
		{ "GET / HTTP/2.0\r\n" HOST END,         0, 505},
		{ "PRI * HTTP/2.0\r\n" END,              0, 505},
		{ "GET / HTTP/0.9\r\n" HOST END,         0, 505},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		check(&vectors[i]);
}

TEST(a_head_is_taken_apart)
{
	static const char text[] = "HEAD /x?y HTTP/1.1\r\nHost: a:80\r\n"
				   "Accept:\t*/* \r\n\r\nGET next";
	const struct slice *accept;
	struct head h;

	head_init(&h);
	assert_int_equal(head_parse(&h, text, sizeof(text) - 1), 0);
	assert_int_equal(h.len, sizeof(text) - 1 - 8);
	assert_int_equal(h.method, METHOD_HEAD);
	assert_int_equal(h.minor, 1);
	assert_true(slice_is(h.line, SLICE("HEAD /x?y HTTP/1.1")));
	assert_true(slice_is(h.target, SLICE("/x?y")));
	assert_true(slice_is(h.host, SLICE("a:80")));
	assert_int_equal(h.n_fields, 2);
	accept = head_field(&h, SLICE("accept"));
	assert_non_null(accept);
	assert_true(slice_is(*accept, SLICE("*/*")));
	assert_null(head_field(&h, SLICE("Range")));
	assert_int_equal(head_count(&h, SLICE("HOST")), 1);
}

static const struct head *parsed(const char *text)
{
	static struct head h;

	head_init(&h);
	assert_int_equal(head_parse(&h, text, strlen(text)), 0);
	return &h;
}

TEST(keep_alive_is_by_version_and_connection)
{
	assert_true(parsed(GET HOST END)->keep_alive);
	assert_false(parsed(GET HOST "Connection: close\r\n" END)->keep_alive);
	assert_false(
		parsed(GET HOST "Connection: x, CLOSE ,y\r\n" END)->keep_alive);
	assert_false(parsed(GET HOST "Connection: keep-alive\r\n"
				     "Connection: close\r\n" END)
			     ->keep_alive);
	assert_false(parsed("GET / HTTP/1.0\r\n" END)->keep_alive);
	assert_true(parsed("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n" END)
			    ->keep_alive);
	assert_true(parsed(GET HOST "Connection: closed\r\n" END)->keep_alive);
}

TEST(bodies_are_announced)
{
	assert_false(parsed(GET HOST END)->has_body);
	assert_false(parsed(GET HOST "Content-Length: 0\r\n" END)->has_body);
	assert_true(parsed(GET HOST "Content-Length: 1\r\n" END)->has_body);
	assert_true(parsed(GET HOST "Transfer-Encoding: Chunked\r\n" END)
			    ->has_body);
}

TEST(methods_are_told_apart)
{
	assert_int_equal(parsed("POST / HTTP/1.1\r\n" HOST END)->method,
			 METHOD_KNOWN);
	assert_int_equal(parsed("get / HTTP/1.1\r\n" HOST END)->method,
			 METHOD_UNKNOWN);
	assert_int_equal(parsed("GETS / HTTP/1.1\r\n" HOST END)->method,
			 METHOD_UNKNOWN);
}

static char *repeat(const char *before, char c, size_t n, const char *after)
{
	char *text = malloc(strlen(before) + n + strlen(after) + 1);

	(void)sprintf(text, "%s", before);
	memset(text + strlen(before), c, n);
	(void)strcpy(text + strlen(before) + n, after);
	return text;
}

static void check_repeat(const char *before, size_t n, const char *after,
			 int answer)
{
	char *text = repeat(before, 'x', n, after);
	struct head h;

	head_init(&h);
	assert_int_equal(head_parse(&h, text, strlen(text)), answer);
	free(text);
}

TEST(limits)
{
	char many[HEAD_FIELDS_MAX * 5 + 64] = GET HOST;
	struct head h;

	check_repeat("GET /", HEAD_TARGET_MAX - 1, " HTTP/1.1\r\n" HOST END, 0);
	check_repeat("GET /", HEAD_TARGET_MAX, " HTTP/1.1\r\n" HOST END, 414);
	check_repeat("GET /", HEAD_TARGET_MAX + 100, "", 414);
	check_repeat(GET HOST "X: ", HEAD_SIZE_MAX, "", 431);
	check_repeat(GET HOST "X: ", HEAD_SIZE_MAX, END END, 431);
	check_repeat(GET HOST "X: ", HEAD_SIZE_MAX - 100, "", HEAD_MORE);
	for (int i = 1; i < HEAD_FIELDS_MAX; i++)
		(void)strcat(many, "X:y\r\n");
	(void)strcat(many, END);
	assert_int_equal(feed(&h, many, strlen(many), strlen(many), 1), 0);
	many[strlen(many) - 2] = '\0';
	(void)strcat(many, "X:y\r\n" END);
	assert_int_equal(feed(&h, many, strlen(many), strlen(many), 1), 431);
}

/* A look is enough for what is asked of every head. */
TEST(what_browsers_send_is_not_taken_for_a_condition)
{
	static const char text[] = GET HOST
		"Connection: keep-alive\r\n"
		"Cache-Control: max-age=0\r\nPragma: no-cache\r\n"
		"Upgrade-Insecure-Requests: 1\r\n"
		"User-Agent: Mozilla/5.0\r\nAccept: */*\r\n"
		"Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n"
		"Sec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n"
		"Referer: http://a/\r\nAccept-Encoding: gzip\r\n"
		"Accept-Language: en\r\nCookie: a=b\r\n" END;
	static const struct slice asked[] = {
		SLICE("If-Match"),
		SLICE("If-None-Match"),
		SLICE("If-Modified-Since"),
		SLICE("If-Unmodified-Since"),
		SLICE("If-Range"),
		SLICE("Range"),
		SLICE("Expect"),
		SLICE("Transfer-Encoding"),
		SLICE("Content-Length"),
		SLICE("Authorization"),
	};
	struct head h;

	head_init(&h);
	assert_int_equal(head_parse(&h, text, sizeof(text) - 1), 0);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		assert_true(head_lacks(&h, asked[i]));
}

TEST_MAIN()
