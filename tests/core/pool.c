/* SPDX-License-Identifier: MIT */
/* Pipes and buffers: lent, given back, never dirty, never lost. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <string.h>
#include <unistd.h>

#include "core/pool.h"
#include "ends.h"
#include "fake_sys.h"
#include "test.h"

TEST(pool_lends_what_came_back_last)
{
	struct pour_pool *pool;
	int a[2], b[2], again[2];

	assert_int_equal(pour_pool_new(&pool, 2, 0), 0);
	assert_int_equal(pour_pool_take_pipe(pool, a), 0);
	assert_int_equal(pour_pool_take_pipe(pool, b), 0);
	assert_int_equal(pour_pool_lent(pool), 2);
	memcpy(again, b, sizeof(again));
	pour_pool_give_pipe(pool, a, 0);
	pour_pool_give_pipe(pool, b, 0);
	assert_int_equal(a[0], -1);
	assert_int_equal(pour_pool_take_pipe(pool, a), 0);
	assert_memory_equal(a, again, sizeof(a));
	pour_pool_give_pipe(pool, a, 0);
	assert_int_equal(pour_pool_lent(pool), 0);
	assert_null(pour_pool_free(pool));
}

TEST(case30_pool_keeps_no_more_than_its_cap)
{
	struct pour_pool *pool;
	int pipes[5][2], fds = ends_count_fds();

	assert_int_equal(pour_pool_new(&pool, 2, 4096), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(pour_pool_take_pipe(pool, pipes[i]), 0);
	for (int i = 0; i < 5; i++)
		pour_pool_give_pipe(pool, pipes[i], 0);
	assert_int_equal(ends_count_fds(), fds + 2 * 2);
	assert_null(pour_pool_free(pool));
	assert_int_equal(ends_count_fds(), fds);
}

TEST(case29_pool_closes_a_dirty_pipe)
{
	struct pour_pool *pool;
	int p[2], fds = ends_count_fds();

	assert_int_equal(pour_pool_new(&pool, 2, 0), 0);
	/* The count says so. */
	assert_int_equal(pour_pool_take_pipe(pool, p), 0);
	pour_pool_give_pipe(pool, p, 1);
	/* The count is wrong, and the kernel knows better. */
	assert_int_equal(pour_pool_take_pipe(pool, p), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	pour_pool_give_pipe(pool, p, 0);
	assert_int_equal(pour_pool_dropped(pool), 2);
	assert_int_equal(ends_count_fds(), fds);
	assert_null(pour_pool_free(pool));
}

TEST(case87_pool_pipes_are_closed_by_exec)
{
	struct pour_pool *pool;
	int p[2];

	assert_int_equal(pour_pool_new(&pool, 0, 100000), 0);
	assert_int_equal(pour_pool_take_pipe(pool, p), 0);
	assert_true(fcntl(p[0], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(p[1], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(p[1], F_GETFD) & FD_CLOEXEC);
	/* Rounded up to a power of two of pages. */
	assert_int_equal(fcntl(p[1], F_GETPIPE_SZ), 131072);
	pour_pool_give_pipe(pool, p, 0);
	assert_null(pour_pool_free(pool));
}

TEST(case31_pool_says_that_there_are_no_descriptors)
{
	struct pour_pool *pool;
	int p[2];

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	fake.fail_at = 1;
	fake.fail_call = FAKE_PIPE;
	fake.fail_errno = EMFILE;
	assert_int_equal(pour_pool_take_pipe(pool, p), -EMFILE);
	assert_int_equal(pour_pool_lent(pool), 0);
	fake_reset();
	assert_null(pour_pool_free(pool));
}

/* A thousand transfers through one pool leave it with what one needs. */
TEST(pool_serves_many_transfers_with_one_pipe)
{
	struct pour_pool *pool;
	struct pour_opts opts = { .methods = 1 << POUR_BY_PIPE };

	assert_int_equal(pour_pool_new(&pool, 4, 0), 0);
	opts.pool = pool;
	for (int i = 0; i < 1000; i++) {
		struct ends e;
		struct pour p;

		ends_open(&e, ENDS_UNIX, ENDS_UNIX);
		assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
		assert_int_equal(ends_run(&e, &p), 0);
		pour_finish(&p);
		ends_close(&e);
	}
	assert_int_equal(fake.calls[FAKE_PIPE], 1);
	assert_int_equal(pour_pool_dropped(pool), 0);
	assert_null(pour_pool_free(pool));
}

/* ── Limits ── */

TEST(case30_pool_lends_no_more_than_its_cap)
{
	struct pour_pool_state now;
	struct pour_pool *pool;
	int a[2], b[2];

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	pour_pool_cap(pool, 1);
	assert_int_equal(pour_pool_take_pipe(pool, a), 0);
	assert_int_equal(pour_pool_take_pipe(pool, b), -EMFILE);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.pipes_lent, 1);
	assert_int_equal(now.refused, 1);
	assert_int_equal(now.opened, 1);
	pour_pool_give_pipe(pool, a, 0);
	assert_int_equal(pour_pool_take_pipe(pool, b), 0);
	pour_pool_give_pipe(pool, b, 0);
	assert_null(pour_pool_free(pool));
}

TEST(case30_pool_can_be_trimmed_and_inspected)
{
	int before = ends_count_fds(), a[2];
	struct pour_pool_state now;
	struct pour_pool *pool;
	void *buffer;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	assert_int_equal(pour_pool_take_pipe(pool, a), 0);
	buffer = pour_pool_take_buffer(pool);
	assert_non_null(buffer);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.pipes_lent, 1);
	assert_int_equal(now.buffers_lent, 1);
	assert_int_equal(now.pipe_size, 256 * 1024);
	pour_pool_give_pipe(pool, a, 0);
	pour_pool_give_buffer(pool, buffer);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.pipes_idle, 1);
	assert_int_equal(now.buffers_idle, 1);
	pour_pool_trim(pool);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.pipes_idle + now.buffers_idle, 0);
	assert_int_equal(ends_count_fds(), before);
	assert_null(pour_pool_free(pool));
}

/* A user past pipe-user-pages-soft gets two pages: copying is better. */
TEST(case32_pool_refuses_a_pipe_that_is_not_worth_it)
{
	struct pour_opts opts = { 0 };
	struct pour_pool_state now;
	struct pour_pool *pool;
	struct ends e;
	struct pour p;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	fake.pipe_size = 8192;
	ends_open(&e, ENDS_TCP, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_PIPE], ENOBUFS);
	assert_int_equal(p.account.moved[POUR_BY_COPY], ENDS_TOTAL);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.refused, 1);
	assert_int_equal(now.shrunk, 1);
	assert_int_equal(now.pipe_size, 8192);
	pour_finish(&p);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
}

/* ── What was learned ── */

static uint32_t lacks_after(enum fake_call call, int error, bool for_all)
{
	struct pour_opts opts = { .methods = 1 << POUR_BY_RANGE |
					     1 << POUR_BY_COPY };
	struct pour_pool_state now;
	struct pour_pool *pool;
	struct ends e;
	struct pour p;

	fake_reset();
	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.fail_call = fake.answers_call = call;
	fake.answers_set = for_all;
	fake.answers = -error;
	fake.fail_at = 1;
	fake.fail_errno = error;
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_RANGE], error);
	pour_finish(&p);
	pour_pool_inspect(pool, &now);
	/* The next transfer of this pool does not ask. */
	assert_int_equal(pour_begin(&p, e.dst, e.src, 1000, &opts), 0);
	assert_int_equal(p.plan[0] == POUR_BY_RANGE, now.lacks == 0);
	pour_finish(&p);
	ends_close(&e);
	assert_null(pour_pool_free(pool));
	return now.lacks;
}

TEST(case88_pool_remembers_calls_that_do_not_exist)
{
	assert_int_equal(lacks_after(FAKE_RANGE, ENOSYS, true),
			 1 << POUR_BY_RANGE);
	assert_int_equal(lacks_after(FAKE_RANGE, EPERM, true),
			 1 << POUR_BY_RANGE);
}

/* One file's errno says nothing about the system. */
TEST(case88_pool_does_not_judge_a_call_by_one_file)
{
	assert_int_equal(lacks_after(FAKE_RANGE, EPERM, false), 0);
	assert_int_equal(lacks_after(FAKE_RANGE, ENOSYS, false), 0);
	assert_int_equal(lacks_after(FAKE_RANGE, EINVAL, true), 0);
}

TEST_MAIN()
