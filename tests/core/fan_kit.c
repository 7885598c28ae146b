/* SPDX-License-Identifier: MIT */
/* A fan for tests: see fan_kit.h. */
#include "fan_kit.h"

#include <errno.h>

#include "test.h"

static const enum ends_kind kinds[BRANCHES] = { ENDS_UNIX, ENDS_FILE_AT,
						ENDS_PIPE, ENDS_TCP };

void tree_open(struct tree *t, enum ends_kind src, enum pour_lag lag,
	       const struct pour_opts *opts)
{
	for (int i = 0; i < BRANCHES; i++)
		ends_open(&t->ends[i], i == 0 ? src : ENDS_MEMORY, kinds[i]);
	assert_int_equal(pour_fan_new(&t->fan, t->ends[0].src, POUR_ALL, opts),
			 0);
	for (int i = 0; i < BRANCHES; i++)
		assert_int_equal(
			pour_fan_add(t->fan, t->ends[i].dst, i ? lag : 0), i);
}

void tree_close(struct tree *t)
{
	t->fan = pour_fan_free(t->fan);
	assert_null(t->fan);
	for (int i = 0; i < BRANCHES; i++)
		ends_close(&t->ends[i]);
}

int tree_run(struct tree *t, unsigned stuck)
{
	for (unsigned i = 0; i < 200000; i++) {
		int r = pour_fan_step(t->fan);

		if (r <= 0)
			return r;
		for (unsigned b = 0; b < BRANCHES; b++) {
			if (b == 0)
				ends_feed(&t->ends[0]);
			if (!(stuck & 1U << b))
				ends_move(&t->ends[b]);
		}
	}
	return -ETIME;
}

const struct pour_account *tree_branch(const struct tree *t, unsigned i)
{
	return pour_fan_branch(t->fan, i);
}

void tree_check(struct tree *t, unsigned which)
{
	for (unsigned i = 0; i < BRANCHES; i++) {
		if (!(which & 1U << i))
			continue;
		assert_int_equal(tree_branch(t, i)->delivered, ENDS_TOTAL);
		assert_int_equal(tree_branch(t, i)->ended, POUR_ENDED_SOURCE);
		assert_int_equal(ends_arrived(&t->ends[i]), ENDS_TOTAL);
		assert_false(t->ends[i].wrong);
	}
}
