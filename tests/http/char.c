/* SPDX-License-Identifier: MIT */
/* Classes of bytes, one at a time and eight at once. */
#include "http/char.h"

#include <string.h>

#include "test.h"

enum { LONG = 40 };

/* As RFC 9110, 5.5 has it: visible, space, tab, and what is no ASCII. */
static bool may_stand_in_a_value(int c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

TEST(a_value_ends_at_each_byte_that_it_may_not_hold)
{
	char text[LONG];

	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < LONG; at++) {
			size_t end = may_stand_in_a_value(c) ? LONG : at;

			memset(text, 'a', sizeof(text));
			text[at] = (char)c;
			for (size_t from = 0; from <= at; from++)
				assert_int_equal(
					char_span((struct slice){ text, LONG },
						  from, CHAR_VALUE),
					end - from);
		}
}

TEST(a_value_ends_where_its_slice_does)
{
	static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaa";

	for (size_t len = 0; len < sizeof(text); len++)
		assert_int_equal(
			char_span((struct slice){ text, len }, 0, CHAR_VALUE),
			len);
}

TEST(neighbours_do_not_hide_each_other)
{
	const struct slice tabs = SLICE("\t\t\t\t\t\t\t\t!"),
			   deep = SLICE("\x80\xff\xa0\x7e\x20\x80\xff\x7f ");

	assert_int_equal(char_span(tabs, 0, CHAR_VALUE), 9);
	assert_int_equal(char_span(deep, 0, CHAR_VALUE), 7);
}

TEST_MAIN()
