/* SPDX-License-Identifier: MIT */
/*
 * Sizes of the public structures on 64-bit machines. They are part of the ABI:
 * a program that was built with one header runs with a library of the next, so
 * a new field takes the place of a reserved word, and none of these changes.
 */
#include <pour.h>

#include "test.h"

static const struct {
	const char *name;
	size_t is, was;
} structures[] = {
	{"pour",             sizeof(struct pour),            1064},
	{ "pour_account",    sizeof(struct pour_account),    480 },
	{ "pour_acks",       sizeof(struct pour_acks),       32  },
	{ "pour_duplex",     sizeof(struct pour_duplex),     208 },
	{ "pour_end",        sizeof(struct pour_end),        80  },
	{ "pour_flow",       sizeof(struct pour_flow),       112 },
	{ "pour_opts",       sizeof(struct pour_opts),       200 },
	{ "pour_pool_state", sizeof(struct pour_pool_state), 120 },
	{ "pour_relay",      sizeof(struct pour_relay),      280 },
	{ "pour_relay_opts", sizeof(struct pour_relay_opts), 80  },
	{ "pour_tuning",     sizeof(struct pour_tuning),     64  },
};

TEST(no_public_structure_changes_its_size)
{
	if (sizeof(void *) != 8)
		TEST_SKIP("pointers are not of 64 bits");
	for (size_t i = 0; i < sizeof(structures) / sizeof(*structures); i++)
		if (structures[i].is != structures[i].was)
			fail_msg("struct %s: %zu bytes, was %zu",
				 structures[i].name, structures[i].is,
				 structures[i].was);
}

/* Arrays by number have room for those that are to come. */
TEST(numbers_have_room)
{
	assert_true((int)POUR_METHODS <= (int)POUR_METHODS_ROOM);
	assert_true((int)POUR_WANTS <= (int)POUR_WANTS_ROOM);
	assert_true(sizeof(((struct pour *)0)->plan) > POUR_METHODS);
}

TEST_MAIN()
