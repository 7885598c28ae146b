/* SPDX-License-Identifier: MIT */
/* PROXY headers: what is one, what is none, and the same written again. */
#include "net/proxy_header.h"

#include <errno.h>
#include <string.h>

#include "test.h"

#define BEGIN "\r\n\r\n\0\r\nQUIT\n"
#define V4    "\x0a\x01\x02\x03\x0a\x04\x05\x06\x04\xd2\x01\xbb"

static struct addr addr(const char *text)
{
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse(text, a, &why), 1);
	return a[0];
}

static void assert_addr(const struct addr *a, const char *expected)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	assert_string_equal(text, expected);
}

/* The same answer however many bytes were there at first, but MORE. */
static int parse(struct proxy_header *ret, struct slice s)
{
	const char *why;
	int whole = proxy_header_parse(ret, s.at, s.len, &why);

	for (size_t n = 0; n < s.len; n++) {
		struct proxy_header part;
		int r = proxy_header_parse(&part, s.at, n, &why);

		if (r == PROXY_HEADER_MORE)
			continue;
		assert_int_equal(r, whole);
		if (r == 0)
			assert_int_equal(part.len, ret->len);
	}
	return whole;
}

static void refused(struct slice s)
{
	struct proxy_header h = { .len = 77 };

	assert_int_equal(parse(&h, s), -EPROTO);
	assert_int_equal(h.len, 77);
}

#define REFUSED(literal) refused(SLICE(literal))

/* ── Version 1 ── */

TEST(lines_are_read)
{
	struct proxy_header h;

	assert_int_equal(parse(&h, SLICE("PROXY TCP4 10.1.2.3 10.4.5.6 1234 "
					 "443\r\nhello")),
			 0);
	assert_int_equal(h.len, 41 - 2);
	assert_false(h.local);
	assert_addr(&h.src, "10.1.2.3:1234");
	assert_addr(&h.dst, "10.4.5.6:443");
	assert_int_equal(
		parse(&h, SLICE("PROXY TCP6 2001:db8::1 ::1 0 65535\r\n")), 0);
	assert_addr(&h.src, "[2001:db8::1]:0");
	assert_addr(&h.dst, "[::1]:65535");
}

TEST(unknown_names_nobody)
{
	struct proxy_header h;

	assert_int_equal(parse(&h, SLICE("PROXY UNKNOWN\r\n")), 0);
	assert_true(h.local);
	assert_int_equal(h.len, 15);
	assert_int_equal(
		parse(&h, SLICE("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\nx")), 0);
	assert_true(h.local);
	assert_int_equal(h.len, 35);
}

TEST(the_longest_line_has_107_bytes)
{
	char line[200] = "PROXY UNKNOWN ";
	struct proxy_header h;

	memset(line + 14, 'x', 105 - 14);
	memcpy(line + 105, "\r\n", 2);
	assert_int_equal(parse(&h, (struct slice){ line, 107 }), 0);
	memset(line + 14, 'x', 106 - 14);
	memcpy(line + 106, "\r\n", 2);
	refused((struct slice){ line, 108 });
	memset(line + 14, 'x', 150);
	refused((struct slice){ line, 107 });
}

TEST(lines_that_are_none_are_refused)
{
	REFUSED("GET / HTTP/1.1\r\n");
	REFUSED("PROXX");
	REFUSED("PROXY\r\n");
	REFUSED("PROXY \r\n");
	REFUSED("PROXY \n");
	REFUSED("PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY UNKNOWNX\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rx");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 2 x\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4  1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 \r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n");
	REFUSED("PROXY TCP4 1.2.3.4 1.2.3.4 1 2PROXY TCP4\r\n");
	REFUSED("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.04 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP4 ::1 ::1 1 2\r\n");
	REFUSED("PROXY TCP4 ::ffff:1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n");
	REFUSED("PROXY TCP6 fe80::1%lo ::1 1 2\r\n");
	REFUSED("PROXY TCP4 1.2.3.4\0 1.2.3.4 1 2\r\n");
}

/* ── Version 2 ── */

TEST(binary_headers_are_read)
{
	struct proxy_header h;

	assert_int_equal(parse(&h, SLICE(BEGIN "\x21\x11\0\x0c" V4 "data")), 0);
	assert_int_equal(h.len, 28);
	assert_false(h.local);
	assert_addr(&h.src, "10.1.2.3:1234");
	assert_addr(&h.dst, "10.4.5.6:443");
	assert_null(h.authority.at);
}

TEST(local_and_unspec_name_nobody)
{
	struct proxy_header h;

	assert_int_equal(parse(&h, SLICE(BEGIN "\x20\0\0\0")), 0);
	assert_true(h.local);
	assert_int_equal(parse(&h, SLICE(BEGIN "\x20\x11\0\x0c" V4)), 0);
	assert_true(h.local);
	assert_int_equal(parse(&h, SLICE(BEGIN "\x20\xff\0\x02xx")), 0);
	assert_true(h.local);
	assert_int_equal(parse(&h, SLICE(BEGIN "\x21\0\0\0")), 0);
	assert_true(h.local);
}

TEST(extensions_are_read)
{
	struct proxy_header h;

	assert_int_equal(parse(&h, SLICE(BEGIN "\x21\x11\0\x22" V4 "\x02\0\x05"
					       "a.org"
					       "\x01\0\x02h2"
					       "\xe0\0\0"
					       "\x05\0\x03"
					       "abc")),
			 0);
	assert_int_equal(h.len, 16 + 0x22);
	assert_true(slice_is(h.authority, SLICE("a.org")));
	assert_true(slice_is(h.alpn, SLICE("h2")));
	assert_true(slice_is(h.unique_id, SLICE("abc")));
}

TEST(a_checksum_is_verified)
{
	static const char good[] = BEGIN "\x21\x11\0\x13" V4 "\x03\0\x04";
	char header[sizeof(good) - 1 + 4];
	uint32_t crc = UINT32_MAX;
	struct proxy_header h;

	memcpy(header, good, sizeof(good) - 1);
	memset(header + sizeof(good) - 1, 0, 4);
	for (size_t i = 0; i < sizeof(header); i++) {
		crc ^= (unsigned char)header[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
	}
	crc = ~crc;
	for (size_t i = 0; i < 4; i++)
		header[sizeof(good) - 1 + i] = (char)(crc >> (24 - 8 * i));
	assert_int_equal(parse(&h, (struct slice){ header, sizeof(header) }),
			 0);
	header[20] ^= 1;
	refused((struct slice){ header, sizeof(header) });
}

TEST(binary_headers_that_are_none_are_refused)
{
	REFUSED(BEGIN "\x11\x11\0\x0c" V4);        /* version 1 */
	REFUSED(BEGIN "\x22\x11\0\x0c" V4);        /* no such command */
	REFUSED(BEGIN "\x21\x12\0\x0c" V4);        /* datagrams */
	REFUSED(BEGIN "\x21\x41\0\x0c" V4);        /* no such family */
	REFUSED(BEGIN "\x21\x11\0\x0b" V4);        /* too short */
	REFUSED(BEGIN "\x21\x21\0\x0c" V4);        /* too short for v6 */
	REFUSED(BEGIN "\x21\x11\xff\xff" V4);      /* too long */
	REFUSED(BEGIN "\x21\x11\0\x0d" V4 "\x01"); /* half an extension */
	REFUSED(BEGIN "\x21\x11\0\x10" V4 "\x01\0\x02x");
	REFUSED(BEGIN "\x21\x11\0\x11" V4 "\x03\0\x02xx"); /* half a sum */
	REFUSED("\r\n\r\n\0\r\nQUIX\n");
	REFUSED("\r\n\r\nGET");
}

/* ── Writing ── */

static void there_and_back(const char *src, const char *dst, bool v2)
{
	struct addr from = addr(src), to = addr(dst);
	char buf[PROXY_HEADER_WRITTEN_MAX];
	struct proxy_header h;
	size_t n = v2 ? proxy_header_v2(buf, &from, &to)
		      : proxy_header_v1(buf, &from, &to);

	assert_int_equal(parse(&h, (struct slice){ buf, n }), 0);
	assert_int_equal(h.len, n);
	assert_false(h.local);
	assert_addr(&h.src, src);
	assert_addr(&h.dst, dst);
}

TEST(what_is_written_is_read_as_the_same)
{
	for (int v2 = 0; v2 < 2; v2++) {
		there_and_back("192.0.2.1:65535", "198.51.100.1:1", v2);
		there_and_back("[2001:db8::1]:443", "[::1]:8080", v2);
		there_and_back("[1:2:3:4:5:6:7:8]:1", "[::ffff:1.2.3.4]:2", v2);
	}
	there_and_back("unix:/run/a", "unix:/run/b", true);
	there_and_back("unix:@abstract", "unix:/run/b", true);
}

TEST(who_has_no_address_is_local)
{
	struct addr v4 = addr("1.2.3.4:5"), v6 = addr("[::1]:5");
	struct addr un = addr("unix:/run/x");
	const struct addr *pairs[][2] = {
		{&v4,   &v6},
                { &v6,  &un},
                { NULL, &v4},
                { &un,  &v4}
	};
	char buf[PROXY_HEADER_WRITTEN_MAX];
	struct proxy_header h;

	for (size_t i = 0; i < 4; i++) {
		size_t n = proxy_header_v1(buf, pairs[i][0], pairs[i][1]);

		assert_true(slice_is((struct slice){ buf, n },
				     SLICE("PROXY UNKNOWN\r\n")));
		n = proxy_header_v2(buf, pairs[i][0], pairs[i][1]);
		assert_int_equal(n, 16);
		assert_int_equal(parse(&h, (struct slice){ buf, n }), 0);
		assert_true(h.local);
	}
}

TEST_MAIN()
