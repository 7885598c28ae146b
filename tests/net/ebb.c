/* SPDX-License-Identifier: MIT */
/* Memory goes back after a crowd, and not at every wave. */
#include "net/ebb.h"

#include "base/base.h"
#include "test.h"

TEST(ebb_comes_when_a_crowd_leaves)
{
	static const uint64_t when[] = { 1249, 312, 78, 19, 4, 1, 0 };
	struct ebb e = { 0 };
	size_t i = 0;

	for (uint64_t n = 0; n < 5000; n++)
		assert_false(ebb_note(&e, n));
	for (uint64_t n = 5000; n-- > 0;)
		if (ebb_note(&e, n))
			assert_int_equal(n, when[i++]);
	assert_int_equal(i, ARRAY_SIZE(when));
	/* And then not again. */
	for (uint64_t n = 0; n < 100; n++)
		assert_false(ebb_note(&e, n % 2 * 1000));
}

TEST(ebb_does_not_come_with_every_wave)
{
	struct ebb e = { 0 };

	for (int i = 0; i < 1000; i++)
		assert_false(ebb_note(&e, i % 2 ? 4000 : 1500));
}

TEST_MAIN()
