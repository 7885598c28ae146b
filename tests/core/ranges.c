/* SPDX-License-Identifier: MIT */
/* copy_file_range() where it is not to be had, says nothing, or says too much:
 * the errnos of file systems that are not here are put in its mouth. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

enum { PIECE = 100000 };

static const uint32_t range_or_copy = 1 << POUR_BY_RANGE | 1 << POUR_BY_COPY;

/* The n-th call says error; the account of what came of it. */
static struct pour_account fails(unsigned n, int error, int want,
				 struct pour_pool *pool)
{
	const struct pour_opts opts = { .methods = range_or_copy,
					.budget = PIECE,
					.pool = pool };
	struct ends e;
	struct pour p;

	fake_reset();
	fake.fail_call = FAKE_RANGE;
	fake.fail_at = n;
	fake.fail_errno = error;
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), want);
	assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	return p.account;
}

/* Not one byte by the range, all of them by copying. */
static void is_left_at_first(int error)
{
	struct pour_account a = fails(1, error, 0, NULL);

	assert_int_equal(a.left[POUR_BY_RANGE], error);
	assert_int_equal(a.moved[POUR_BY_RANGE], 0);
	assert_int_equal(a.moved[POUR_BY_COPY], ENDS_TOTAL);
}

/* Two pieces by the range, the rest by copying, from that byte on. */
static void is_left_half_way(int error)
{
	struct pour_account a = fails(3, error, 0, NULL);

	assert_int_equal(a.left[POUR_BY_RANGE], error);
	assert_int_equal(a.moved[POUR_BY_RANGE], 2 * PIECE);
	assert_int_equal(a.moved[POUR_BY_COPY], ENDS_TOTAL - 2 * PIECE);
}

static void is_final_half_way(int error)
{
	struct pour_account a = fails(3, error, -error, NULL);

	assert_int_equal(a.error, error);
	assert_int_equal(a.delivered, 2 * PIECE);
}

TEST(case02_another_file_system_is_no_failure)
{
	struct pour_pool_state now;
	struct pour_pool *pool;

	is_left_at_first(EXDEV);
	/* Nor is the call given up: another pair may have it. */
	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	(void)fails(1, EXDEV, 0, pool);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.lacks, 0);
	assert_int_equal(fails(9, EXDEV, 0, pool).moved[POUR_BY_RANGE],
			 8 * PIECE);
	assert_null(pour_pool_free(pool));
}

/* EPERM of an immutable file, of CIFS, or of a filter: the call is asked with
 * descriptors that are none. */
TEST(case03_what_is_not_permitted_is_looked_into)
{
	struct pour_pool_state now;
	struct pour_pool *pool;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	is_left_at_first(EPERM);
	(void)fails(1, EPERM, 0, pool);
	assert_int_equal(fake.calls[FAKE_RANGE], 2); /* it, and the question */
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.lacks, 0);
	assert_null(pour_pool_free(pool));
}

TEST(case04_a_file_system_may_not_have_it)
{
	is_left_at_first(EOPNOTSUPP); /* NFS */
	is_left_at_first(EINVAL);     /* eCryptfs */
	is_left_at_first(ENOTTY);
}

TEST(case05_device_errors_of_cifs_are_believed_after_a_byte_only)
{
	is_left_at_first(EIO);
	is_left_at_first(ENOENT);
	is_final_half_way(EIO);
	is_final_half_way(ENOENT);
}

TEST(case06_a_swap_file_is_read_and_written)
{
	is_left_at_first(ETXTBSY);
}

/* Linux 6.17, at the end of the source: read() sees that it is one. */
TEST(case07_too_big_may_be_said_at_the_end)
{
	unsigned last = ENDS_TOTAL / PIECE + 2;
	struct pour_account a = fails(last, EFBIG, 0, NULL);

	assert_int_equal(a.left[POUR_BY_RANGE], EFBIG);
	assert_int_equal(a.moved[POUR_BY_RANGE], ENDS_TOTAL);
	assert_int_equal(a.ended, POUR_ENDED_SOURCE);
	is_left_half_way(EFBIG);
}

TEST(case08_an_overflow_keeps_the_bytes_done)
{
	is_left_half_way(EOVERFLOW);
}

TEST(case12_an_access_denied_by_cephfs_is_of_one_file)
{
	struct pour_pool_state now;
	struct pour_pool *pool;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	is_left_at_first(EACCES);
	(void)fails(1, EACCES, 0, pool);
	pour_pool_inspect(pool, &now);
	assert_int_equal(now.lacks, 0);
	assert_null(pour_pool_free(pool));
}

/* They happen after some bytes as well, and those are counted first. */
TEST(case18_a_refusal_may_come_after_some_bytes)
{
	is_left_half_way(EINVAL);
	is_left_half_way(EXDEV);
	is_left_half_way(EOPNOTSUPP);
}

/* ── Lengths and offsets ── */

static const uint64_t five_gib = UINT64_C(5) << 30;

/* A file of holes, of that size. */
static int large_file(uint64_t size)
{
	int fd = memfd_create("large", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

/* No call says that there is more than it did: it goes on until 0. */
TEST(case09_five_gigabytes_are_as_many_calls)
{
	const struct pour_opts opts = { .methods = range_or_copy,
					.budget = POUR_ALL };
	int src = large_file(five_gib), dst = large_file(0);
	struct pour p;

	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = 1 << 30; /* as if it had copied what it was asked */
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), five_gib, &opts),
			 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(p.account.calls[POUR_BY_RANGE], 5);
	assert_true(p.account.delivered == five_gib);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

/* FUSE answers in 32 bits. */
TEST(case10_a_call_asks_for_a_gigabyte_at_most)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_RANGE,
					.budget = POUR_ALL };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = -EINTR;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_CPU);
	assert_int_equal(fake.log[0].len, 1 << 30);
	pour_finish(&p);
	ends_close(&e);
}

static void far_away(uint32_t methods)
{
	const struct pour_opts opts = { .methods = methods };
	int src = large_file(0), dst = large_file(0);
	const uint64_t to = five_gib + 4096;
	char got[4] = "";
	struct pour p;

	assert_int_equal(pwrite(src, "far", 3, (off_t)five_gib), 3);
	assert_int_equal(pour_begin(&p, pour_file_at(dst, to),
				    pour_file_at(src, five_gib), POUR_ALL,
				    &opts),
			 0);
	assert_int_equal(pour_run(&p), 0);
	assert_int_equal(p.account.delivered, 3);
	assert_int_equal(pread(dst, got, 3, (off_t)to), 3);
	assert_string_equal(got, "far");
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

/* Counts and offsets have 64 bits all the way, on 32-bit machines too. */
TEST(case11_offsets_have_64_bits)
{
	_Static_assert(sizeof(off_t) == 8, "_FILE_OFFSET_BITS");
	far_away(range_or_copy);
	far_away(1 << POUR_BY_PIPE);
	far_away(1 << POUR_BY_COPY);
	far_away(1 << POUR_BY_MMAP);
}

static void positions(uint32_t methods, enum ends_kind kind, off_t want)
{
	const struct pour_opts opts = { .methods = methods };
	struct ends e;
	struct pour p;

	ends_open(&e, kind, kind);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 50000, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(lseek(e.src_fd, 0, SEEK_CUR), want);
	assert_int_equal(lseek(e.dst_fd, 0, SEEK_CUR), want);
	assert_int_equal(ends_arrived(&e), 50000);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

/* An offset of one's own moves no position; the position, exactly so far. */
TEST(case13_who_advances_the_position_is_certain)
{
	static const uint32_t methods[] = { range_or_copy, 1 << POUR_BY_PIPE,
					    1 << POUR_BY_COPY,
					    1 << POUR_BY_MMAP };

	for (unsigned i = 0; i < 4; i++) {
		positions(methods[i], ENDS_FILE_AT, ENDS_SKIP);
		positions(methods[i], ENDS_FILE_HERE, ENDS_SKIP + 50000);
	}
	positions(1 << POUR_BY_SENDFILE, ENDS_FILE_HERE, ENDS_SKIP + 50000);
}

TEST(case14_an_appending_destination_leaves_the_range)
{
	const struct pour_opts opts = { .methods = range_or_copy };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_HERE);
	assert_int_equal(fcntl(e.dst_fd, F_SETFL, O_APPEND), 0);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_RANGE], EBADF);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

static int stop_after_three(void *context, const struct pour_account *account)
{
	unsigned *n = context;

	(void)account;
	return ++*n > 3;
}

/* In one call nobody could be told, or asked to stop, for seconds. */
TEST(case19_a_run_asks_for_less_than_a_gigabyte)
{
	unsigned n = 0;
	const struct pour_opts opts = { .methods = range_or_copy,
					.progress = stop_after_three,
					.progress_context = &n };
	int src = large_file(five_gib), dst = large_file(0);
	struct pour p;

	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = 64 << 20;
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), five_gib, &opts),
			 0);
	assert_int_equal(pour_run(&p), -ECANCELED);
	assert_int_equal(fake.n_log, 3);
	for (unsigned i = 0; i < fake.n_log; i++)
		assert_int_equal(fake.log[i].len, 64 << 20);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

TEST_MAIN()
