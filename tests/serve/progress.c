/* SPDX-License-Identifier: MIT */
/* When a peer is late, and when it only takes its time. */
#include "serve/progress.h"

#include "test.h"

enum { LEAST = 6000 };

/* How many looks until it is late; each adds so many bytes. -1: never. */
static int looks_until_late(int64_t each, uint64_t least)
{
	struct progress p;
	int64_t bytes = -500;

	progress_begin(&p, bytes);
	for (int i = 1; i < 100; i++) {
		bytes += each;
		if (!progress_look(&p, bytes, least))
			return i;
	}
	return -1;
}

TEST(progress_none_is_late_after_a_window)
{
	assert_int_equal(looks_until_late(0, 0), PROGRESS_LOOKS);
	assert_int_equal(looks_until_late(0, LEAST), PROGRESS_LOOKS);
}

TEST(progress_little_is_enough_without_a_least)
{
	assert_int_equal(looks_until_late(1, 0), -1);
}

TEST(progress_the_least)
{
	int64_t enough = LEAST / PROGRESS_LOOKS;

	assert_int_equal(looks_until_late(enough, LEAST), -1);
	assert_int_equal(looks_until_late(enough - 1, LEAST), PROGRESS_LOOKS);
}

/* It counts in all of a window, whenever in it. */
TEST(progress_in_bursts)
{
	struct progress p;
	int64_t bytes = 0;

	progress_begin(&p, 0);
	for (int i = 0; i < 100; i++) {
		bytes += i % PROGRESS_LOOKS == 0 ? LEAST : 0;
		assert_true(progress_look(&p, bytes, LEAST));
	}
}

/* What was quick once is not forgiven for ever. */
TEST(progress_that_stops)
{
	struct progress p;

	progress_begin(&p, 0);
	assert_true(progress_look(&p, 1 << 30, LEAST));
	assert_true(progress_look(&p, 1 << 30, LEAST));
	assert_true(progress_look(&p, 1 << 30, LEAST));
	assert_true(progress_look(&p, 1 << 30, LEAST));
	assert_false(progress_look(&p, 1 << 30, LEAST));
}

TEST_MAIN()
