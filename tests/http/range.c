/* SPDX-License-Identifier: MIT */
/* Ranges as they are asked for, and what is sent for them. */
#include "http/range.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "http/multipart.h"
#include "test.h"

/* "0-2,5-9", each with its last byte as in the field. */
static void write_out(const struct ranges *r, char *ret, size_t size)
{
	struct text t = text_over(ret, size - 1);

	for (uint32_t i = 0; i < r->n; i++) {
		if (i > 0)
			text_char(&t, ',');
		text_u64(&t, r->at[i].from);
		text_char(&t, '-');
		text_u64(&t, r->at[i].upto - 1);
	}
	ret[t.len] = '\0';
}

struct vector {
	const char *text;
	uint64_t size;
	int status;
	const char *got;
};

static void check(const struct vector *v, size_t n)
{
	struct ranges r;
	char got[4096];

	for (size_t i = 0; i < n; i++) {
		int status = ranges_parse(slice_of(v[i].text), v[i].size, &r);

		if (status != v[i].status)
			fail_msg("%s is %d", v[i].text, status);
		if (status != 206)
			continue;
		write_out(&r, got, sizeof(got));
		if (strcmp(got, v[i].got) != 0)
			fail_msg("%s is %s", v[i].text, got);
	}
}

#define CHECK_ALL(v) check(v, sizeof(v) / sizeof((v)[0]))

TEST(one_range)
{
	static const struct vector vectors[] = {
		{"bytes=0-0",                     10,                206, "0-0"},
		{ "bytes=0-",                     10,                206, "0-9"},
		{ "bytes=3-5",                    10,                206, "3-5"},
		{ "bytes=9-99",                   10,                206, "9-9"},
		{ "bytes=-3",                     10,                206, "7-9"},
		{ "bytes=-99",                    10,                206, "0-9"},
		{ "BYTES=1-",                     10,                206, "1-9"},
		{ "bytes= 1-2 ",                  10,                206, "1-2"},
		{ "bytes=01-002",                 10,                206, "1-2"},
		{ "bytes=0-18446744073709551615", 10,                206, "0-9"},
		{ "bytes=0-18446744073709551616", 10,                206, "0-9"},
		{ "bytes=0-99999999999999999999", 10,                206, "0-9"},
		{ "bytes=-18446744073709551616",  10,                206, "0-9"},
		{ "bytes=9223372036854775806-",   INT64_MAX,         206,
                 "9223372036854775806-9223372036854775806"                     },
		{ "bytes=4294967296-4294967297",  UINT64_C(5) << 30, 206,
                 "4294967296-4294967297"                                       },
		{ "bytes=10-",                    10,                416, NULL },
		{ "bytes=-0",                     10,                416, NULL },
		{ "bytes=0-",                     0,                 416, NULL },
		{ "bytes=0-0",                    0,                 416, NULL },
		{ "bytes=-1",                     0,                 416, NULL },
		{ "bytes=18446744073709551615-",  10,                416, NULL },
		{ "bytes=18446744073709551616-",  10,                416, NULL },
		{ "bytes=99999999999999999999-",  10,                416, NULL },
	};

	CHECK_ALL(vectors);
}

/* RFC 9110, 14.2: what is no ranges-specifier may be ignored. */
TEST(what_is_no_range_is_ignored)
{
	static const struct vector vectors[] = {
		{"bytes=5-4",            10,   200, NULL},
		{ "bytes=-",             10,   200, NULL},
		{ "bytes=",              10,   200, NULL},
		{ "bytes=,",             10,   200, NULL},
		{ "bytes= , ,",          10,   200, NULL},
		{ "bytes",               10,   200, NULL},
		{ "",                    10,   200, NULL},
		{ "bytes=a-b",           10,   200, NULL},
		{ "bytes=+1-2",          10,   200, NULL},
		{ "bytes=1 -2",          10,   200, NULL},
		{ "bytes=1- 2",          10,   200, NULL},
		{ "bytes=--1",           10,   200, NULL},
		{ "bytes=1--2",          10,   200, NULL},
		{ "bytes=-1-",           10,   200, NULL},
		{ "bytes=1-2-3",         10,   200, NULL},
		{ "bytes=0x1-2",         10,   200, NULL},
		{ "bytes =1-2",          10,   200, NULL},
		{ "bytes:1-2",           10,   200, NULL},
		{ "byte=1-2",            10,   200, NULL},
		{ "lines=0-1",           10,   200, NULL},
		{ "bytes=1-2;3-4",       10,   200, NULL},
		{ "bytes=1-2 3-4",       10,   200, NULL},
		{ "bytes=1-2,x",         1000, 200, NULL},
		{ "bytes=x,1-2",         1000, 200, NULL},
		{ "bytes=1-2,5-4",       1000, 200, NULL},
		{ "bytes=1-2,bytes=3-4", 1000, 200, NULL},
	};

	CHECK_ALL(vectors);
}

TEST(several_ranges)
{
	static const struct vector vectors[] = {
		{"bytes=0-9,100-109",     1000, 206, "0-9,100-109"},
		{ "bytes=100-109,0-9",    1000, 206, "100-109,0-9"},
		{ "bytes=0-9 , 100-109",  1000, 206, "0-9,100-109"},
		{ "bytes=0-9,,100-109,",  1000, 206, "0-9,100-109"},
		{ "bytes=,0-9",           1000, 206, "0-9"        },
		{ "bytes=-1,0-0",         1000, 206, "999-999,0-0"},
		{ "bytes=0-,-1",          1000, 206, "0-999"      },
 /* Those that do not exist are left out. */
		{ "bytes=2000-,0-9",      1000, 206, "0-9"        },
		{ "bytes=0-9,-0,1000-",   1000, 206, "0-9"        },
		{ "bytes=1000-,2000-,-0", 1000, 416, NULL         },
	};

	CHECK_ALL(vectors);
}

TEST(ranges_that_are_near_become_one)
{
	static const struct vector vectors[] = {
		{"bytes=0-9,5-19",                    1000, 206, "0-19"     },
		{ "bytes=5-19,0-9",                   1000, 206, "0-19"     },
		{ "bytes=0-9,0-9,0-9",                1000, 206, "0-9"      },
		{ "bytes=0-9,10-19",                  1000, 206, "0-19"     },
 /* 79 bytes between them, and 80. */
		{ "bytes=0-9,89-99",                  1000, 206, "0-99"     },
		{ "bytes=0-9,90-99",                  1000, 206, "0-9,90-99"},
		{ "bytes=90-99,0-9",                  1000, 206, "90-99,0-9"},
 /* One joins several, and comes where the first was. */
		{ "bytes=500-509,0-9,300-309,5-305",  1000, 206,
                 "500-509,0-309"					    },
		{ "bytes=300-309,500-509,0-9,5-305",  1000, 206,
                 "0-309,500-509"					    },
		{ "bytes=0-9,200-209,100-109,10-199", 1000, 206, "0-209"    },
	};

	CHECK_ALL(vectors);
}

static int ask_many(unsigned n, unsigned apart, struct ranges *ret)
{
	static char memory[16384];
	struct text t = text_over(memory, sizeof(memory));

	text_str(&t, "bytes=");
	for (unsigned i = 0; i < n; i++) {
		text_u64(&t, (uint64_t)i * apart);
		text_char(&t, '-');
		text_u64(&t, (uint64_t)i * apart);
		text_char(&t, ',');
	}
	assert_false(t.full);
	return ranges_parse((struct slice){ t.at, t.len }, 1 << 20, ret);
}

TEST(there_is_a_limit)
{
	struct ranges r;

	assert_int_equal(ask_many(RANGES_MAX, 1000, &r), 206);
	assert_int_equal(r.n, RANGES_MAX);
	assert_int_equal(ask_many(RANGES_MAX + 1, 1000, &r), 200);
	/* It is for what is left of them. */
	assert_int_equal(ask_many(1500, 2, &r), 206);
	assert_int_equal(r.n, 1);
}

/* ── The lines between ── */

static void write_body(const struct multipart *m, struct text *t)
{
	for (uint32_t i = 0; i < m->ranges->n; i++) {
		const struct range *r = &m->ranges->at[i];

		multipart_head(m, i, t);
		for (uint64_t k = r->from; k < r->upto; k++)
			text_char(t, (char)('0' + k % 10));
	}
	multipart_head(m, m->ranges->n, t);
}

TEST(parts_have_their_lines)
{
	static const uint8_t random[MULTIPART_RANDOM] = { 0x00, 0x9f, 0xff };
	char memory[1024];
	struct text t = text_over(memory, sizeof(memory));
	struct ranges r;
	struct multipart m;

	assert_int_equal(ranges_parse(SLICE("bytes=0-2,-2"), 200, &r), 206);
	multipart_init(&m, &r, SLICE("text/x"), 200, random);
	multipart_type(&m, &t);
	assert_memory_equal(t.at,
			    "multipart/byteranges; "
			    "boundary=009fff00000000000000000000000000",
			    t.len);
	t.len = 0;
	write_body(&m, &t);
	text_char(&t, '\0');
	assert_string_equal(t.at, "--009fff00000000000000000000000000\r\n"
				  "Content-Type: text/x\r\n"
				  "Content-Range: bytes 0-2/200\r\n\r\n012"
				  "\r\n--009fff00000000000000000000000000\r\n"
				  "Content-Type: text/x\r\n"
				  "Content-Range: bytes 198-199/200\r\n\r\n89"
				  "\r\n--009fff00000000000000000000000000--"
				  "\r\n");
	assert_int_equal(multipart_length(&m), t.len - 1);
}

TEST(the_length_is_exact)
{
	static const uint8_t random[MULTIPART_RANDOM] = { 1 };
	static char memory[64 * 1024];

	for (unsigned n = 2; n <= RANGES_MAX; n++) {
		struct text t = text_over(memory, sizeof(memory));
		struct ranges r;
		struct multipart m;

		assert_int_equal(ask_many(n, 99 + n, &r), 206);
		multipart_init(&m, &r, SLICE("a/b"), 1 << 20, random);
		write_body(&m, &t);
		assert_false(t.full);
		assert_int_equal(multipart_length(&m), t.len);
	}
}

TEST_MAIN()
