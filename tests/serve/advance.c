/* SPDX-License-Identifier: MIT */
/* When a peer is late, and when it only takes its time. */
#include "serve/advance.h"

#include "test.h"

enum { LEAST = 6000 };

/* How many looks until it is late; each adds so many bytes. -1: never. */
static int looks_until_late(int64_t each, uint64_t least)
{
	struct advance p;
	int64_t bytes = -500;

	advance_begin(&p, bytes);
	for (int i = 1; i < 100; i++) {
		bytes += each;
		if (!advance_look(&p, bytes, least))
			return i;
	}
	return -1;
}

TEST(advance_none_is_late_after_a_window)
{
	assert_int_equal(looks_until_late(0, 0), ADVANCE_LOOKS);
	assert_int_equal(looks_until_late(0, LEAST), ADVANCE_LOOKS);
}

TEST(advance_little_is_enough_without_a_least)
{
	assert_int_equal(looks_until_late(1, 0), -1);
}

TEST(advance_the_least)
{
	int64_t enough = LEAST / ADVANCE_LOOKS;

	assert_int_equal(looks_until_late(enough, LEAST), -1);
	assert_int_equal(looks_until_late(enough - 1, LEAST), ADVANCE_LOOKS);
}

/* It counts in all of a window, whenever in it. */
TEST(advance_in_bursts)
{
	struct advance p;
	int64_t bytes = 0;

	advance_begin(&p, 0);
	for (int i = 0; i < 100; i++) {
		bytes += i % ADVANCE_LOOKS == 0 ? LEAST : 0;
		assert_true(advance_look(&p, bytes, LEAST));
	}
}

/* What was quick once is not forgiven for ever. */
TEST(advance_that_stops)
{
	struct advance p;

	advance_begin(&p, 0);
	assert_true(advance_look(&p, 1 << 30, LEAST));
	assert_true(advance_look(&p, 1 << 30, LEAST));
	assert_true(advance_look(&p, 1 << 30, LEAST));
	assert_true(advance_look(&p, 1 << 30, LEAST));
	assert_false(advance_look(&p, 1 << 30, LEAST));
}

TEST_MAIN()
