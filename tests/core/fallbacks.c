/* SPDX-License-Identifier: MIT */
/*
 * Every way out of every method: each errno that a method names is put into the
 * mouth of its first call, and of one after some bytes. The lists are the
 * methods' own, so one that is added is tried as well.
 *
 *      left_for            first call: left    later: left, at that byte
 *      left_at_first_for   first call: left    later: a failure
 */
#include <errno.h>
#include <pour.h>
#include <stdbool.h>

#include "core/method.h"
#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { PIECE = 100000 };

struct way {
	enum pour_method method;
	enum ends_kind src, dst;
	enum fake_call call;
	unsigned later; /* a call after some bytes; 0: there is but one */
};

static const struct way ways[] = {
	{POUR_BY_RANGE,     ENDS_FILE_AT, ENDS_FILE_AT, FAKE_RANGE,    3},
	{ POUR_BY_SENDFILE, ENDS_FILE_AT, ENDS_TCP,     FAKE_SENDFILE, 3},
	{ POUR_BY_SPLICE,   ENDS_FILE_AT, ENDS_PIPE,    FAKE_SPLICE,   3},
	{ POUR_BY_PIPE,     ENDS_FILE_AT, ENDS_TCP,     FAKE_SPLICE,   5},
	{ POUR_BY_CLONE,    ENDS_FILE_AT, ENDS_FILE_AT, FAKE_CLONE,    0},
	{ POUR_BY_ZEROCOPY, ENDS_MEMORY,  ENDS_TCP,     FAKE_SEND,     0},
	{ POUR_BY_VMSPLICE, ENDS_MEMORY,  ENDS_PIPE,    FAKE_VMSPLICE, 3},
	{ POUR_BY_MMAP,     ENDS_FILE_AT, ENDS_TCP,     FAKE_MAP,      0},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* What came of it when the n-th call said that. */
static struct pour_account says(const struct way *w, unsigned n, int error,
				int want)
{
	struct pour_acks acks = { 0 };
	const struct pour_opts opts = {
		.methods = 1U << w->method | 1U << POUR_BY_COPY,
		.budget = PIECE,
		.acks = &acks,
	};
	struct ends e;
	struct pour p;

	fake_reset();
	fake.zerocopy = w->method == POUR_BY_ZEROCOPY;
	fake.fail_call = w->call;
	fake.fail_at = n;
	fake.fail_errno = error;
	ends_open(&e, w->src, w->dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(p.plan[0], w->method);
	assert_int_equal(ends_run(&e, &p), want);
	assert_true(fake.seen >= n);
	assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	return p.account;
}

static void is_left(const struct way *w, unsigned n, int error)
{
	struct pour_account a = says(w, n, error, 0);

	assert_int_equal(a.left[w->method], error);
	assert_int_equal(a.moved[w->method] + a.moved[POUR_BY_COPY],
			 ENDS_TOTAL);
	assert_int_equal(a.moved[w->method] > 0, n > 1);
	assert_true(a.moved[POUR_BY_COPY] > 0);
}

TEST(every_errno_leaves_at_the_first_call)
{
	for (unsigned i = 0; i < WAYS; i++) {
		const struct method *m = pour_method(ways[i].method);

		for (const int *e = m->left_for; *e != 0; e++)
			is_left(&ways[i], 1, *e);
		for (const int *e = m->left_at_first_for; *e != 0; e++)
			is_left(&ways[i], 1, *e);
	}
}

TEST(every_errno_leaves_or_fails_half_way)
{
	for (unsigned i = 0; i < WAYS; i++) {
		const struct way *w = &ways[i];
		const struct method *m = pour_method(w->method);

		if (w->later == 0)
			continue;
		for (const int *e = m->left_for; *e != 0; e++)
			is_left(w, w->later, *e);
		for (const int *e = m->left_at_first_for; *e != 0; e++) {
			struct pour_account a = says(w, w->later, *e, -*e);

			assert_int_equal(a.left[w->method], 0);
			assert_int_equal(a.error, *e);
			assert_true(a.delivered > 0);
		}
	}
}

/* Out of the pipe, with bytes in it: they are read back and written. */
TEST(every_errno_leaves_a_pipe_with_bytes_in_it)
{
	static const struct way pipe = { POUR_BY_PIPE, ENDS_FILE_AT, ENDS_TCP,
					 FAKE_SPLICE, 0 };

	for (const int *e = pour_by_pipe.left_for; *e != 0; e++) {
		struct pour_account a = says(&pipe, 2, *e, 0);

		assert_int_equal(a.left[POUR_BY_PIPE], *e);
		assert_int_equal(a.moved[POUR_BY_COPY], ENDS_TOTAL);
	}
}

/* Each of them has a way above, or a test of its own. */
TEST(no_method_is_forgotten)
{
	uint32_t tried = 1U << POUR_BY_COPY |   /* is what is fallen back to */
			 1U << POUR_BY_DIRECT | /* functions.c */
			 1U << POUR_BY_TEE |    /* fan_failures.c */
			 1U << POUR_BY_HOLE;    /* holes.c */

	for (unsigned i = 0; i < WAYS; i++)
		tried |= 1U << ways[i].method;
	assert_int_equal(tried, (1U << POUR_METHODS) - 1);
}

TEST_MAIN()
