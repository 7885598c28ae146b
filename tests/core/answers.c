/* SPDX-License-Identifier: MIT */
/* Answers that make no sense, come only once, or are not what they seem. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

/* ── Functions ── */

static int64_t say(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)buf;
	(void)size;
	(void)ret_poll;
	return *(int64_t *)context;
}

static int64_t take(void *context, const void *buf, size_t size,
		    short *ret_poll)
{
	return say(context, (void *)(uintptr_t)buf, size, ret_poll);
}

static int64_t direct(void *context, int fd, uint64_t offset, size_t size,
		      short *ret_poll)
{
	(void)fd;
	(void)offset;
	return say(context, NULL, size, ret_poll);
}

static void check_nonsense(struct pour_end dst, struct pour_end src,
			   enum pour_side side)
{
	struct pour p;

	assert_int_equal(pour_begin(&p, dst, src, POUR_ALL, NULL), 0);
	assert_int_equal(pour_step(&p), -EOVERFLOW);
	assert_int_equal(pour_step(&p), -EOVERFLOW);
	assert_int_equal(p.account.error, EOVERFLOW);
	assert_int_equal(p.account.side, side);
	assert_int_equal(p.account.delivered, 0);
	pour_finish(&p);
}

/* Cut to an int, some of them would read as success. */
TEST(what_a_function_says_is_bounded)
{
	static int64_t nonsense[] = {
		INT64_MIN, INT64_MIN + 1, -(INT64_C(1) << 32),
		-4096,     INT64_MAX,     POUR_BUFFER_SIZE + 1,
	};
	struct ends e;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	for (unsigned i = 0; i < sizeof(nonsense) / sizeof(*nonsense); i++) {
		struct pour_end to = pour_to(take, &nonsense[i], -1);
		struct pour_end from = pour_from(say, &nonsense[i], -1);

		check_nonsense(e.dst, from, POUR_SIDE_SRC);
		check_nonsense(to, pour_memory("x", 1), POUR_SIDE_DST);
		to.direct = direct;
		if (nonsense[i] < 0 || nonsense[i] == INT64_MAX)
			check_nonsense(to, e.src, POUR_SIDE_SRC);
	}
	ends_close(&e);
}

/* ── Said only once ── */

/* A socket tells of a reset once, and of an end after that. */
TEST(a_failure_beside_a_head_is_no_end)
{
	const struct pour_opts opts = { .head = "HEAD", .head_size = 4 };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_UNIX, ENDS_UNIX);
	fake.fail_call = FAKE_READ;
	fake.fail_at = 1;
	fake.fail_errno = ECONNRESET;
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
	assert_int_equal(pour_step(&p), -ECONNRESET);
	assert_int_equal(p.account.ended, POUR_ENDED_FAILED);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	assert_int_equal(pour_pending(&p), 0);
	pour_finish(&p);
	ends_close(&e);
}

/* ── Not what it seems ── */

/* Bytes that a parser held are not bytes of the file: a zero is looked into
 * all the same. */
TEST(case01_a_zero_behind_buffered_bytes_is_confirmed)
{
	struct pour_opts opts = { .buffered_size = 100 };
	char buffered[100];
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_UNIX);
	for (unsigned i = 0; i < 100; i++)
		buffered[i] = (char)ends_byte(&e, i);
	opts.buffered = buffered;
	e.src.offset += 100;
	fake.answers_set = true;
	fake.answers_call = FAKE_SENDFILE;
	fake.answers = 0;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_SENDFILE], ENODATA);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* ── Numbers at the end of their range ── */

TEST(a_limit_and_a_budget_near_the_end_of_their_range_hold)
{
	static const uint64_t budgets[] = { POUR_ALL, POUR_ALL - 1, 1 };
	static const uint64_t limits[] = { POUR_ALL - 1, UINT64_C(1) << 63,
					   ENDS_TOTAL, 1 };

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 4; j++) {
			const struct pour_opts opts = { .budget = budgets[i] };
			uint64_t whole = limits[j] < ENDS_TOTAL ? limits[j]
								: ENDS_TOTAL;
			struct ends e;
			struct pour p;

			if (budgets[i] == 1 && j != 3)
				continue;
			ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
			assert_int_equal(
				pour_begin(&p, e.dst, e.src, limits[j], &opts),
				0);
			assert_int_equal(ends_run(&e, &p), 0);
			assert_int_equal(p.account.delivered, whole);
			pour_finish(&p);
			ends_close(&e);
		}
	}
}

/* The last offset a file can have: the kernel's errno, and nothing else. */
TEST(an_offset_near_the_end_of_its_range_is_the_kernels_to_refuse)
{
	static const uint64_t offsets[] = { INT64_MAX - 1, INT64_MAX,
					    (uint64_t)INT64_MAX + 1 };

	for (unsigned i = 0; i < 3; i++) {
		struct ends e;
		struct pour p;
		int r;

		ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
		e.dst.offset = offsets[i];
		assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL),
				 0);
		r = ends_run(&e, &p);
		assert_true(r == -EFBIG || r == -EINVAL || r == -EOVERFLOW);
		assert_int_equal(p.account.side, POUR_SIDE_DST);
		assert_true(p.account.delivered <= 1);
		pour_finish(&p);
		e.src.offset = offsets[i];
		e.dst.offset = 0;
		assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL),
				 0);
		r = ends_run(&e, &p);
		assert_true(r == 0 || r == -EINVAL || r == -EOVERFLOW);
		assert_int_equal(p.account.delivered, 0);
		pour_finish(&p);
		ends_close(&e);
	}
}

TEST_MAIN()
