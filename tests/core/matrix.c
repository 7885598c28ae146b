/* SPDX-License-Identifier: MIT */
/*
 * Every source × every destination × every method, forced and not, × limits:
 * bytes, order and account.
 */
#include <errno.h>
#include <pour.h>
#include <stdio.h>

#include "ends.h"
#include "test.h"

static const uint64_t limits[] = { 0,       1, 4095, 4096, 4097, (1 << 20) + 1,
				   POUR_ALL };

enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

static void check_account(const struct pour_account *a, const struct ends *e,
			  uint64_t limit, uint32_t methods)
{
	uint64_t expected = limit < e->total ? limit : e->total, sum = 0;

	for (unsigned m = 0; m < POUR_METHODS_ROOM; m++) {
		sum += a->moved[m];
		if (methods != 0 && (methods & 1U << m) == 0)
			assert_int_equal(a->moved[m], 0);
		assert_false(a->moved[m] > 0 && a->calls[m] == 0);
	}
	assert_int_equal(a->taken, expected);
	assert_int_equal(a->delivered, expected);
	assert_int_equal(sum, expected);
	assert_int_equal(a->error, 0);
	assert_int_equal(a->ended, limit <= e->total ? POUR_ENDED_LIMIT
						     : POUR_ENDED_SOURCE);
}

/* What a forced method answers when the kernel does not have this pair. */
static int is_unsuited(const struct pour_account *a)
{
	return a->ended == POUR_ENDED_FAILED && a->delivered == 0 &&
	       (a->error == EINVAL || a->error == EXDEV ||
		a->error == EOPNOTSUPP);
}

static void one(enum ends_kind src, enum ends_kind dst, uint64_t limit,
		uint32_t methods)
{
	struct pour_opts opts = { .methods = methods };
	struct ends e;
	struct pour p;
	int r, fds = ends_count_fds();

	ends_open(&e, src, dst);
	r = pour_begin(&p, e.dst, e.src, limit, &opts);
	if (r == 0) {
		r = ends_run(&e, &p);
		pour_finish(&p);
		if (r < 0 && !(methods != 0 && is_unsuited(&p.account)))
			fail_msg("%s to %s, limit %llu, methods %#x: %d",
				 ends_names[src], ends_names[dst],
				 (unsigned long long)limit, methods, r);
		if (r == 0) {
			check_account(&p.account, &e, limit, methods);
			if (dst != ENDS_DEVICE)
				assert_int_equal(ends_arrived(&e),
						 p.account.delivered);
			assert_false(e.wrong);
		}
	} else {
		assert_int_equal(r, -EINVAL);
		assert_int_not_equal(methods, 0);
	}
	ends_close(&e);
	assert_int_equal(ends_count_fds(), fds);
}

static void all_from(enum ends_kind src)
{
	for (unsigned dst = 0; dst < ENDS_MEMORY; dst++) {
		for (unsigned m = 0; m <= POUR_METHODS; m++) {
			uint32_t methods = m > 0 ? 1U << (m - 1) : 0;

			for (unsigned i = 0; i < LIMITS; i++)
				if (src != ENDS_DEVICE || limits[i] != POUR_ALL)
					one(src, dst, limits[i], methods);
		}
	}
}

TEST(matrix_from_file)
{
	all_from(ENDS_FILE_HERE);
}

TEST(matrix_from_file_at)
{
	all_from(ENDS_FILE_AT);
}

TEST(matrix_from_unix)
{
	all_from(ENDS_UNIX);
}

TEST(matrix_from_tcp)
{
	all_from(ENDS_TCP);
}

TEST(matrix_from_pipe)
{
	all_from(ENDS_PIPE);
}

TEST(matrix_from_device)
{
	all_from(ENDS_DEVICE);
}

TEST(matrix_from_function)
{
	all_from(ENDS_CALL);
}

TEST(matrix_from_memory)
{
	all_from(ENDS_MEMORY);
}

TEST_MAIN()
