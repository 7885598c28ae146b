/* SPDX-License-Identifier: MIT */
/* What is left of the descriptors for connections. */
#include "net/budget.h"

#include <sys/resource.h>

#include "test.h"

/* Both limits, of this test's own process. */
static void allow(rlim_t n)
{
	const struct rlimit limit = { .rlim_cur = n, .rlim_max = n };

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(what_is_left_is_shared_out)
{
	const struct budget b = { .own = 10,
				  .threads = 3,
				  .per_thread = 5,
				  .per_connection = 2,
				  .kept_part = 5,
				  .kept_max = 100 };

	allow(1025);
	assert_int_equal(budget_connections(&b), (1000 - 100) / 2);
	allow(125);
	assert_int_equal(budget_connections(&b), (100 - 20) / 2);
}

TEST(one_connection_there_is_always)
{
	const struct budget b = {
		.own = 1000, .per_connection = 2, .kept_part = 4, .kept_max = 4
	};

	allow(100);
	assert_int_equal(budget_connections(&b), 1);
}

TEST(the_soft_limit_is_raised)
{
	const struct budget b = { .per_connection = 1, .kept_part = 1 };
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(budget_connections(&b), limit.rlim_max);
}

TEST_MAIN()
