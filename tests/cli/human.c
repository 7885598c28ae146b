/* SPDX-License-Identifier: MIT */
/* Numbers as people read them, and the line that is made of them. */
#include "cli/human.h"

#include <string.h>

#include "base/base.h"
#include "cli/progress_line.h"
#include "test.h"

#define SECOND UINT64_C(1000000000)

TEST(bytes)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0,                  "0 B"     },
		{ 999,               "999 B"   },
		{ 1000,              "0.98 KiB"},
		{ 1024,              "1.00 KiB"},
		{ 10234,             "9.99 KiB"},
		{ 10240,             "10.0 KiB"},
		{ 102300,            "99.9 KiB"},
		{ 102400,            "100 KiB" },
		{ 1023 * 1024,       "1.00 MiB"},
		{ UINT64_C(1) << 31, "2.00 GiB"},
		{ UINT64_MAX,        "16.0 EiB"},
	};
	char text[HUMAN_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		human_bytes(cases[i].bytes, text);
		assert_string_equal(text, cases[i].text);
	}
}

TEST(time)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{0,           "0:00"    },
                { 7,          "0:07"    },
		{ 760,        "12:40"   },
                { 3599,       "59:59"   },
		{ 3600,       "1:00:00" },
                { 359999,     "99:59:59"},
		{ 360000,     "100h"    },
                { UINT64_MAX, "99999h"  },
	};
	char text[HUMAN_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		human_time(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

TEST(rate)
{
	assert_int_equal(human_rate(1000, 0), 0);
	assert_int_equal(human_rate(1000, SECOND / 2), 2000);
	/* No overflow: 16 EiB in a second. */
	assert_true(human_rate(UINT64_MAX, SECOND) > UINT64_MAX / 2);
}

static struct pour_account account = {
	.delivered = 3000000,
	.moved = {[POUR_BY_PIPE] = 2900000, [POUR_BY_COPY] = 100000},
};

static struct progress_view half_way(void)
{
	return (struct progress_view){
		.account = &account,
		.done = 3000000,
		.total = 6000000,
		.took_ns = 3 * SECOND,
		.recent = 2000000,
		.recent_ns = SECOND,
	};
}

TEST(a_line_with_all_there_is)
{
	struct progress_view v = half_way();
	char line[PROGRESS_LINE_SIZE];

	progress_line(&v, 200, line);
	assert_string_equal(line, "2.86 MiB  50%  1.91 MiB/s  (977 KiB/s)  "
				  "ETA 0:02  pipe 96% copy 3%");
}

TEST(a_line_of_what_nobody_knows_the_end_of)
{
	struct progress_view v = half_way();
	char line[PROGRESS_LINE_SIZE];

	v.total = 0;
	progress_line(&v, 50, line);
	assert_string_equal(line, "2.86 MiB  1.91 MiB/s  (977 KiB/s)");
}

/* The source gave more than it had promised. */
TEST(a_line_past_the_end)
{
	struct progress_view v = half_way();
	char line[PROGRESS_LINE_SIZE];

	v.total = 2000000;
	progress_line(&v, 40, line);
	assert_string_equal(line, "2.86 MiB  100%  1.91 MiB/s  (977 KiB/s)");
	assert_true(progress_left(&v, 1000) == UINT64_MAX);
}

TEST(a_line_is_never_wider_than_it_may_be)
{
	struct progress_view v = half_way();
	char line[PROGRESS_LINE_SIZE];

	for (int width = -1; width < 100; width++) {
		progress_line(&v, width, line);
		assert_true((int)strlen(line) <= MAX(width, 0));
	}
	progress_line(&v, 1000000, line);
	assert_true(strlen(line) > 60);
}

TEST_MAIN()
