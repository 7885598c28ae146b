/* SPDX-License-Identifier: MIT */
/* Portions of a rate: reserved, waited for, given back. */
#include "net/portion.h"

#include "test.h"

static struct limits *limits(struct limits_opts opts)
{
	struct limits *l = NULL;

	assert_int_equal(limits_new(&l), 0);
	limits_set(l, &opts);
	return l;
}

TEST(portion_without_a_rate)
{
	const struct limits_asker who = { limits((struct limits_opts){ 0 }),
					  NULL, 0 };
	struct portion p = { 0 };
	uint64_t ns = 7;

	assert_true(portion_take(&p, &who, 100, &ns) == UINT64_MAX);
	assert_int_equal(p.bytes, 0);
	assert_int_equal(ns, 7);
	limits_free(who.limits);
}

/* A byte a second. */
static struct limits_asker slow(void)
{
	return (struct limits_asker){ limits((struct limits_opts){ .rate = 1 }),
				      NULL, 0 };
}

TEST(portion_waits_for_its_moment)
{
	const struct limits_asker who = slow();
	struct portion p = { 0 };
	uint64_t ns = 0;

	assert_int_equal(portion_take(&p, &who, 100, &ns), 1);
	assert_int_equal(portion_take(&p, &who, 100, &ns), 0);
	assert_in_range(ns, 1, 1000000000);
	/* It keeps its place: to ask again does not cost another one. */
	for (int i = 0; i < 100; i++)
		assert_int_equal(portion_take(&p, &who, 100, &ns), 0);
	assert_in_range(ns, 1, 1000000000);
	limits_free(who.limits);
}

TEST(portion_that_is_given_back)
{
	const struct limits_asker who = slow();
	struct portion p = { 0 }, next = { 0 };
	uint64_t ns = 0;

	assert_int_equal(portion_take(&p, &who, 100, &ns), 1);
	assert_int_equal(portion_take(&p, &who, 100, &ns), 0);
	portion_give_back(&p, &who, 1); /* both of them */
	portion_give_back(&p, &who, 0);
	assert_int_equal(portion_take(&next, &who, 100, &ns), 1);
	limits_free(who.limits);
}

TEST_MAIN()
