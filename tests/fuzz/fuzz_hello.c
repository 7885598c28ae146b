/* SPDX-License-Identifier: MIT */
/*
 * ClientHellos: the answer does not depend on how many bytes were there at
 * first, and what was found is a name and a list that can be walked.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "proxy/hello.h"

static bool is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.' || c == '_';
}

static void check_hello(const struct hello *h)
{
	size_t at = 0;

	CHECK(h->name_len <= HELLO_NAME_MAX && h->alpn_len <= HELLO_ALPN_MAX);
	for (size_t i = 0; i < h->name_len; i++)
		CHECK(is_of_name(h->name[i]));
	while (at < h->alpn_len) {
		size_t len = (unsigned char)h->alpn[at];

		CHECK(len > 0 && at + 1 + len <= h->alpn_len);
		CHECK(hello_offers(h, (struct slice){ h->alpn + at + 1, len }));
		at += 1 + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *buf = (const char *)data;
	size_t split = size > 0 ? data[size - 1] * size / 256 : 0;
	struct hello whole, part;
	int a = hello_parse(&whole, buf, size);
	int b = hello_parse(&part, buf, split);

	CHECK(size < HELLO_MAX || a != HELLO_MORE);
	CHECK(b == a || b == HELLO_MORE);
	if (a == 0)
		check_hello(&whole);
	return 0;
}
