/* SPDX-License-Identifier: MIT */
/* A fan in which something fails: the rest of it goes on. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/method.h"
#include "ends.h"
#include "fake_sys.h"
#include "fan_kit.h"
#include "test.h"

TEST(who_breaks_leaves_the_others_running)
{
	struct tree t;

	tree_open(&t, ENDS_UNIX, POUR_LAG_WAIT, NULL);
	(void)pour_fan_step(t.fan);
	assert_int_equal(close(t.ends[2].drain_fd), 0);
	t.ends[2].drain_fd = -1;
	assert_int_equal(tree_run(&t, 0), 0);
	assert_int_equal(tree_branch(&t, 2)->error, EPIPE);
	tree_check(&t, 1 | 2 | 8);
	tree_close(&t);
}

TEST(when_all_break_it_ends)
{
	struct tree t;
	int full;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	for (int i = 0; i < BRANCHES; i++) {
		if (t.ends[i].drain_fd >= 0)
			(void)close(t.ends[i].drain_fd);
		t.ends[i].drain_fd = -1;
	}
	full = open("/dev/full", O_WRONLY | O_CLOEXEC); /* and the file */
	assert_int_equal(dup3(full, t.ends[1].dst_fd, O_CLOEXEC),
			 t.ends[1].dst_fd);
	assert_int_equal(close(full), 0);
	assert_int_equal(tree_run(&t, 0), -EPIPE);
	tree_close(&t);
}

/* A short tee() leaves some ahead of others; nothing is doubled or lost. */
TEST(case52_short_tees_and_eagain_keep_every_byte)
{
	static const enum ends_kind sources[] = { ENDS_FILE_AT, ENDS_UNIX,
						  ENDS_PIPE, ENDS_CALL };
	const char *wish = getenv("SEEDS");
	unsigned seeds = wish ? (unsigned)atoi(wish) : 40;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct tree t;

		fake_reset();
		fake.seed = seed;
		fake.short_counts = true;
		fake.eagain = seed % 2;
		tree_open(&t, sources[seed % 4], POUR_LAG_WAIT, NULL);
		assert_int_equal(tree_run(&t, 0), 0);
		tree_check(&t, 15);
		tree_close(&t);
	}
}

static void without_tee(unsigned at, int error)
{
	struct tree t;

	fake_reset();
	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	fake.fail_call = FAKE_TEE;
	fake.fail_at = at;
	fake.fail_errno = error;
	assert_int_equal(tree_run(&t, 0), 0);
	assert_int_equal(pour_fan_source(t.fan)->left[POUR_BY_TEE], error);
	tree_check(&t, 15);
	tree_close(&t);
}

TEST(without_tee_it_copies_from_the_same_byte)
{
	for (const int *e = pour_by_tee.left_for; *e != 0; e++)
		without_tee(1, *e);
	without_tee(2, EINVAL);
	without_tee(5, ENOMEM);
	without_tee(9, EPERM);
}

/* Nor between the trunk and the branch that takes from it: not a spin. */
TEST(without_splice_it_copies_from_the_same_byte)
{
	struct tree t;

	tree_open(&t, ENDS_MEMORY, POUR_LAG_WAIT, NULL);
	fake.answers_set = true;
	fake.answers_call = FAKE_SPLICE;
	fake.answers = -ENOSYS;
	assert_int_equal(tree_run(&t, 0), 0);
	assert_int_equal(pour_fan_source(t.fan)->left[POUR_BY_SPLICE], ENOSYS);
	tree_check(&t, 15);
	tree_close(&t);
}

/* A signal is no reason to be late. */
TEST(an_interrupted_tee_drops_nobody)
{
	const struct pour_opts opts = { .budget = 1000 };

	for (unsigned at = 1; at < BRANCHES; at++) {
		struct tree t;

		fake_reset();
		tree_open(&t, ENDS_FILE_AT, POUR_LAG_FAIL, &opts);
		fake.fail_call = FAKE_TEE;
		fake.fail_at = at;
		fake.fail_errno = EINTR;
		assert_true(pour_fan_step(t.fan) > 0);
		assert_true(pour_fan_step(t.fan) > 0);
		assert_true(fake.seen >= at);
		for (unsigned i = 0; i < BRANCHES; i++)
			assert_int_equal(tree_branch(&t, i)->error, 0);
		tree_close(&t);
	}
}

/* The n-th call of any kind fails: every branch that ended well has all. */
TEST(a_failure_at_any_call_loses_nothing_elsewhere)
{
	for (unsigned n = 1; n < 120; n++) {
		struct tree t;
		int r;

		fake_reset();
		tree_open(&t, ENDS_UNIX, POUR_LAG_WAIT, NULL);
		fake.fail_call = FAKE_ANY;
		fake.fail_at = n;
		fake.fail_errno = ECONNRESET;
		r = tree_run(&t, 0);
		fake.fail_at = 0;
		assert_int_not_equal(r, -ETIME);
		for (unsigned i = 0; i < BRANCHES; i++) {
			uint64_t got = ends_arrived(&t.ends[i]);

			assert_int_equal(got, tree_branch(&t, i)->delivered);
			assert_false(t.ends[i].wrong);
			if (r == 0 && tree_branch(&t, i)->error == 0)
				assert_int_equal(got, ENDS_TOTAL);
		}
		tree_close(&t);
	}
}

TEST(a_source_that_fails_is_said_after_its_bytes)
{
	struct tree t;

	tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
	fake.fail_call = FAKE_SPLICE;
	fake.fail_at = 20;
	fake.fail_errno = EIO;
	(void)tree_run(&t, 0);
	for (unsigned i = 0; i < BRANCHES; i++)
		assert_int_equal(ends_arrived(&t.ends[i]),
				 tree_branch(&t, i)->delivered);
	tree_close(&t);
}

TEST_MAIN()
