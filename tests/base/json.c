/* SPDX-License-Identifier: MIT */
/* Strings that are JSON whatever they are made of. */
#include "base/json.h"

#include <string.h>

#include "test.h"

#define FFFD "\xef\xbf\xbd"

static void becomes(struct slice in, size_t max, const char *want)
{
	char memory[512];
	struct text t = text_over(memory, sizeof(memory) - 1);

	json_string(&t, in, max);
	memory[t.len] = '\0';
	assert_string_equal(memory, want);
}

TEST(json_strings_are_quoted)
{
	becomes(SLICE(""), 100, "\"\"");
	becomes(SLICE("GET /a b"), 100, "\"GET /a b\"");
	becomes(SLICE("a\"b\\c/"), 100, "\"a\\\"b\\\\c/\"");
}

TEST(json_strings_have_no_controls)
{
	becomes(SLICE("\r\n\0\x1b[2J\x7f"), 100,
		"\"\\u000d\\u000a\\u0000\\u001b[2J\\u007f\"");
	/* The eight-bit CSI of terminals, and the letter beside it. */
	becomes(SLICE("\xc2\x9b\xc2\xa0"), 100, "\"\\u009b\xc2\xa0\"");
}

TEST(json_strings_are_utf_8)
{
	becomes(SLICE("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"), 100,
		"\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\"");
	becomes(SLICE("\xff-\x80-\xc3"), 100, "\"" FFFD "-" FFFD "-" FFFD "\"");
	/* Overlong, a surrogate, too far, cut off. */
	becomes(SLICE("\xc0\xaf"), 100, "\"" FFFD FFFD "\"");
	becomes(SLICE("\xe0\x80\xaf"), 100, "\"" FFFD FFFD FFFD "\"");
	becomes(SLICE("\xed\xa0\x80"), 100, "\"" FFFD FFFD FFFD "\"");
	becomes(SLICE("\xf4\x90\x80\x80"), 100, "\"" FFFD FFFD FFFD FFFD "\"");
	becomes(SLICE("\xe2\x82x"), 100, "\"" FFFD FFFD "x\"");
	becomes(SLICE("\xf0\x9f\x98"), 100, "\"" FFFD FFFD FFFD "\"");
}

TEST(json_strings_are_cut_between_characters)
{
	becomes(SLICE("abcdefghij"), 8, "\"abc...\"");
	becomes(SLICE("ab\xe2\x82\xac\xe2\x82\xac"), 10,
		"\"ab\xe2\x82\xac...\"");
	becomes(SLICE("\n\n\n"), 12, "\"\\u000a\\u000a...\"");
}

TEST_MAIN()
