/* SPDX-License-Identifier: MIT */
/* Chunks as they come in: what is one, what is not, split anywhere. */
#include "http/chunk.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "test.h"

/* The body, and how many bytes were read, in pieces of so many. */
static int take_all(struct slice in, size_t piece, char *ret_body,
		    size_t *ret_used)
{
	struct chunk c;
	int r = CHUNK_MORE;
	size_t at = 0;

	chunk_init(&c);
	while (r == CHUNK_MORE && at < in.len) {
		struct slice data, some = { in.at + at, in.len - at };
		size_t used = 0;

		some.len = MIN(some.len, piece);
		r = chunk_take(&c, some, &used, &data);
		if (r == 400)
			break;
		assert_true(used <= some.len);
		memcpy(ret_body, data.at, data.len);
		ret_body += data.len;
		at += used;
	}
	*ret_body = '\0';
	*ret_used = at;
	return r;
}

#define LAST "0\r\n\r\n"

static const struct {
	const char *text;
	int status;
	const char *body; /* where that is 0; then comes "rest" */
} vectors[] = {
	{LAST,				   0,          ""           },
	{ "5\r\nhello\r\n" LAST,                 0,          "hello"      },
	{ "5\r\nhello\r\n6\r\n world\r\n" LAST,  0,          "hello world"},
	{ "A\r\n0123456789\r\n" LAST,            0,          "0123456789" },
	{ "a\r\n0123456789\r\n" LAST,            0,          "0123456789" },
	{ "0000000000000005\r\nhello\r\n" LAST,  0,          "hello"      },
	{ "5\r\n\r\n0\r\n\r\n" LAST,             0,          "\r\n0\r\n"  },
	{ "000\r\n\r\n",			 0,          ""           },
 /* Extensions and trailers. */
	{ "5;a\r\nhello\r\n" LAST,               0,          "hello"      },
	{ "5;a=b;c=\"d e\"\r\nhello\r\n" LAST,   0,          "hello"      },
	{ "0;a\r\n\r\n",			 0,          ""           },
	{ "0\r\nA: b\r\nC:\r\n\r\n",             0,          ""           },
	{ "0\r\nContent-Length: 5\r\n\r\n",      0,          ""           },
 /* Bytes are missing. */
	{ "",				    CHUNK_MORE, NULL         },
	{ "5",				   CHUNK_MORE, NULL         },
	{ "5\r\nhell",			   CHUNK_MORE, NULL         },
	{ "5\r\nhello\r\n0\r\n",                 CHUNK_MORE, NULL         },
	{ "0\r\nA: b\r\n",                       CHUNK_MORE, NULL         },
 /* Sizes that are none. */
	{ "\r\n",				400,        NULL         },
	{ ";a\r\n",			      400,        NULL         },
	{ "0x5\r\nhello\r\n" LAST,               400,        NULL         },
	{ "+5\r\nhello\r\n" LAST,                400,        NULL         },
	{ "-5\r\nhello\r\n" LAST,                400,        NULL         },
	{ "5_0\r\nhello\r\n" LAST,               400,        NULL         },
	{ "_5\r\nhello\r\n" LAST,                400,        NULL         },
	{ "5,5\r\nhello\r\n" LAST,               400,        NULL         },
	{ " 5\r\nhello\r\n" LAST,                400,        NULL         },
	{ "5 \r\nhello\r\n" LAST,                400,        NULL         },
	{ "5\t\r\nhello\r\n" LAST,               400,        NULL         },
	{ "5 ;a\r\nhello\r\n" LAST,              400,        NULL         },
	{ "g\r\n",			       400,        NULL         },
	{ "8000000000000000\r\n",                400,        NULL         },
	{ "ffffffffffffffff\r\n",                400,        NULL         },
	{ "10000000000000005\r\nhello\r\n" LAST, 400,        NULL         },
	{ "00000000000000005\r\nhello\r\n" LAST, 400,        NULL         },
 /* Line ends that are none. */
	{ "5\nhello\r\n" LAST,                   400,        NULL         },
	{ "5\r\rhello\r\n" LAST,                 400,        NULL         },
	{ "5\rhello\r\n" LAST,                   400,        NULL         },
	{ "5\r\nhello\n" LAST,                   400,        NULL         },
	{ "5\r\nhello\r" LAST,                   400,        NULL         },
	{ "5\r\nhello" LAST,                     400,        NULL         },
	{ "5\r\nhelloX\r\n" LAST,                400,        NULL         },
	{ "0\n\r\n",			     400,        NULL         },
	{ "0\r\n\n",			     400,        NULL         },
	{ "0\r\n\rX",			    400,        NULL         },
	{ "5;a\nhello\r\n" LAST,                 400,        NULL         },
	{ "5;a\rb\r\nhello\r\n" LAST,            400,        NULL         },
	{ "5;\r\nhello\r\n" LAST,                400,        NULL         },
	{ "5;;a\r\nhello\r\n" LAST,              400,        NULL         },
	{ "5;a\x01\r\nhello\r\n" LAST,           400,        NULL         },
	{ "5;\x7f\r\nhello\r\n" LAST,            400,        NULL         },
	{ "0\r\nA\r\n\r\n",                      400,        NULL         },
	{ "0\r\n: b\r\n\r\n",                    400,        NULL         },
	{ "0\r\nA : b\r\n\r\n",                  400,        NULL         },
	{ "0\r\n A: b\r\n\r\n",                  400,        NULL         },
	{ "0\r\nA: b\n\r\n",                     400,        NULL         },
	{ "0\r\nA: b\r\n c\r\n\r\n",             400,        NULL         },
	{ "0\r\nA: \x01\r\n\r\n",                400,        NULL         },
	{ "0\r\nGET / HTTP/1.1\r\n\r\n",         400,        NULL         },
};

static void check_vector(size_t i, size_t piece)
{
	char in[256], body[256];
	int status = vectors[i].status;
	int n = snprintf(in, sizeof(in), "%s%s", vectors[i].text,
			 status == 0 ? "rest" : "");
	size_t used;
	int r = take_all((struct slice){ in, (size_t)n }, piece, body, &used);

	if (r != status)
		fail_msg("%s is %d by %zu", in, r, piece);
	if (r != 0)
		return;
	assert_string_equal(body, vectors[i].body);
	assert_string_equal(in + used, "rest");
}

TEST(chunks_wherever_they_are_split)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		for (size_t piece = 1; piece < 100; piece++)
			check_vector(i, piece);
}

TEST(a_nul_is_nothing)
{
	struct slice data;
	struct chunk c;
	size_t used;

	chunk_init(&c);
	assert_int_equal(chunk_take(&c, SLICE("5\0\r\n"), &used, &data), 400);
	chunk_init(&c);
	assert_int_equal(chunk_take(&c, SLICE("5;a\0\r\n"), &used, &data), 400);
	chunk_init(&c);
	assert_int_equal(chunk_take(&c, SLICE("0\r\nA: \0\r\n"), &used, &data),
			 400);
}

/* So many times the same, and how the whole is answered. */
static int repeated(const char *text, unsigned n, const char *end)
{
	static char in[64 * 1024], body[64 * 1024];
	size_t len = 0, used;

	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(in + len, sizeof(in) - len, "%s", text);
	len += (size_t)snprintf(in + len, sizeof(in) - len, "%s", end);
	assert_true(len < sizeof(in));
	return take_all((struct slice){ in, len }, 1000, body, &used);
}

TEST(what_is_dropped_is_bounded)
{
	/* Two bytes of each count: the "a" and the CR. */
	assert_int_equal(
		repeated("1;a\r\nx\r\n", CHUNK_EXTENSIONS_MAX / 2, LAST), 0);
	assert_int_equal(
		repeated("1;a\r\nx\r\n", CHUNK_EXTENSIONS_MAX / 2 + 1, LAST),
		400);
	assert_int_equal(repeated("a", CHUNK_EXTENSIONS_MAX, ""), 400);
	assert_int_equal(repeated("1\r\nx\r\n", 9000, LAST), 0);
	assert_int_equal(repeated("1\r\nx\r\n0\r\nA: b\r\n", 1, "\r\n"), 0);
	assert_int_equal(repeated("0\r\n", 1, "\r\n"), 0);
}

TEST(trailers_are_bounded)
{
	static char in[8192], body[16];
	size_t used, len;

	for (unsigned lines = 1; lines < 1000; lines++) {
		len = (size_t)snprintf(in, sizeof(in), "0\r\n");
		for (unsigned i = 0; i < lines; i++)
			len += (size_t)snprintf(in + len, sizeof(in) - len,
						"A: b\r\n");
		len += (size_t)snprintf(in + len, sizeof(in) - len, "\r\n");
		assert_int_equal(
			take_all((struct slice){ in, len }, 77, body, &used),
			lines * 6 + 1 <= CHUNK_TRAILERS_MAX ? 0 : 400);
	}
}

TEST_MAIN()
