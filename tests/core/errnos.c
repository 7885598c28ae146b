/* SPDX-License-Identifier: MIT */
/*
 * Every method is left for every errno that it declares, and for no errno of a
 * device after its first byte. The sets are the methods' own.
 */
#include <errno.h>
#include <pour.h>
#include <string.h>

#include "core/method.h"
#include "ends.h"
#include "fake_sys.h"
#include "fan_kit.h"
#include "test.h"

struct way {
	const struct method *method;
	enum pour_method number;
	enum ends_kind src, dst;
	enum fake_call call; /* that says it */
	unsigned later;      /* a call that comes after its first byte; 0 */
};

static const struct way ways[] = {
	{&pour_by_range,     POUR_BY_RANGE,    ENDS_FILE_AT, ENDS_FILE_AT, FAKE_RANGE,
         0									       },
	{ &pour_by_sendfile, POUR_BY_SENDFILE, ENDS_FILE_AT, ENDS_TCP,
         FAKE_SENDFILE,								 2},
	{ &pour_by_splice,   POUR_BY_SPLICE,   ENDS_PIPE,    ENDS_FILE_AT, FAKE_SPLICE,
         4									       },
	{ &pour_by_pipe,     POUR_BY_PIPE,     ENDS_FILE_AT, ENDS_TCP,     FAKE_SPLICE, 3},
	{ &pour_by_clone,    POUR_BY_CLONE,    ENDS_FILE_AT, ENDS_FILE_AT, FAKE_CLONE,
         0									       },
	{ &pour_by_vmsplice, POUR_BY_VMSPLICE, ENDS_MEMORY,  ENDS_PIPE,
         FAKE_VMSPLICE,								 2},
	{ &pour_by_mmap,     POUR_BY_MMAP,     ENDS_FILE_AT, ENDS_TCP,     FAKE_MAP,    0},
	{ &pour_by_zerocopy, POUR_BY_ZEROCOPY, ENDS_MEMORY,  ENDS_TCP,     FAKE_SEND,
         0									       },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* The at-th call of the way says that errno. */
static void go(const struct way *w, unsigned at, int error, bool is_left)
{
	struct pour_acks acks = { 0 };
	const struct pour_opts opts = {
		.methods = 1U << w->number | 1U << POUR_BY_COPY, .acks = &acks
	};
	struct ends e;
	struct pour p;
	int r;

	fake_reset();
	fake.zerocopy = w->number == POUR_BY_ZEROCOPY;
	ends_open(&e, w->src, w->dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(p.plan[0], w->number);
	fake.fail_call = w->call;
	fake.fail_at = at;
	fake.fail_errno = error;
	r = ends_run(&e, &p);
	fake.fail_at = 0;
	assert_true(fake.seen >= at);
	assert_int_equal(r, is_left ? 0 : -error);
	assert_int_equal(p.account.left[w->number], is_left ? error : 0);
	assert_int_equal(ends_arrived(&e), p.account.delivered);
	if (is_left)
		assert_int_equal(p.account.delivered, ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

static bool is_in(const int *errnos, int error)
{
	for (; *errnos != 0; errnos++)
		if (*errnos == error)
			return true;
	return false;
}

TEST(each_method_is_left_for_each_errno_it_declares)
{
	for (unsigned i = 0; i < WAYS; i++) {
		const struct way *w = &ways[i];

		for (const int *e = w->method->left_for; *e != 0; e++) {
			go(w, 1, *e, true);
			if (w->later > 0)
				go(w, w->later, *e, true);
		}
	}
}

TEST(an_errno_of_a_device_is_final_after_the_first_byte)
{
	for (unsigned i = 0; i < WAYS; i++) {
		const struct way *w = &ways[i];

		for (const int *e = w->method->left_at_first_for; *e != 0;
		     e++) {
			go(w, 1, *e, true);
			if (w->later > 0)
				go(w, w->later, *e, false);
		}
	}
}

/* What is in neither set is a failure, from the first byte on. */
TEST(any_other_errno_is_a_failure)
{
	static const int others[] = { ECONNRESET, ENOSPC, EDQUOT, ELOOP };

	for (unsigned i = 0; i < WAYS; i++) {
		for (unsigned j = 0; j < 4; j++) {
			const struct method *m = ways[i].method;

			if (!is_in(m->left_for, others[j]) &&
			    !is_in(m->left_at_first_for, others[j]))
				go(&ways[i], 1, others[j], false);
		}
	}
}

TEST(copying_is_left_for_nothing)
{
	assert_int_equal(pour_by_copy.left_for[0], 0);
	assert_int_equal(pour_by_copy.left_at_first_for[0], 0);
}

/* In a fan the branches are copied to from then on. */
TEST(tee_is_left_for_each_errno_it_declares)
{
	for (const int *e = pour_by_tee.left_for; *e != 0; e++) {
		struct tree t;

		fake_reset();
		tree_open(&t, ENDS_FILE_AT, POUR_LAG_WAIT, NULL);
		fake.fail_call = FAKE_TEE;
		fake.fail_at = 2;
		fake.fail_errno = *e;
		assert_int_equal(tree_run(&t, 0), 0);
		assert_int_equal(pour_fan_source(t.fan)->left[POUR_BY_TEE], *e);
		tree_check(&t, 15);
		tree_close(&t);
	}
}

TEST_MAIN()
