/* SPDX-License-Identifier: MIT */
/* Holes of a file that stay holes, and clones, on whatever /var/tmp is. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"
#include "fake_sys.h"
#include "test.h"

/*
 *      0          1M         2M         3M         4M
 *      ░░░░░░░░░░░▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░▓░░░░░░░░░░░
 */
enum { MB = 1 << 20, SIZE = 4 * MB, DATA = 2 * MB };

static const struct pour_opts keep = { .flags = POUR_HOLES };

static char bytes[SIZE], got[SIZE];

static int temporary(void)
{
	char path[] = "/var/tmp/pour-holes-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	return fd;
}

static int sparse(void)
{
	int fd = temporary();

	memset(bytes, 0, SIZE);
	memset(bytes + MB, 'a', MB);
	memset(bytes + 3 * MB, 'b', 4096);
	assert_int_equal(pwrite(fd, bytes + MB, MB, MB), MB);
	assert_int_equal(pwrite(fd, bytes + 3 * MB, 4096, 3 * MB), 4096);
	assert_int_equal(ftruncate(fd, SIZE), 0);
	return fd;
}

/* Everything it had is to be gone: it is full of other bytes. */
static int full(void)
{
	int fd = temporary();

	memset(got, 'x', SIZE);
	assert_int_equal(pwrite(fd, got, SIZE, 0), SIZE);
	assert_int_equal(fsync(fd), 0);
	return fd;
}

static uint64_t blocks(int fd)
{
	struct stat st;

	assert_int_equal(fsync(fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, SIZE);
	return (uint64_t)st.st_blocks * 512;
}

static void check_bytes(int fd)
{
	assert_int_equal(pread(fd, got, SIZE, 0), SIZE);
	assert_memory_equal(got, bytes, SIZE);
}

static struct pour_account copy_at(int dst, int src,
				   const struct pour_opts *opts)
{
	struct pour p;

	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), POUR_ALL, opts),
			 0);
	assert_int_equal(pour_run(&p), 0);
	pour_finish(&p);
	assert_int_equal(p.account.delivered, SIZE);
	return p.account;
}

TEST(case17_holes_stay_holes_at_a_new_file)
{
	int src = sparse(), dst = temporary();
	struct pour_account a = copy_at(dst, src, &keep);

	check_bytes(dst);
	assert_true(blocks(dst) <= DATA);
	assert_int_equal(a.moved[POUR_BY_HOLE], SIZE - MB - 4096);
	assert_int_equal(a.calls[POUR_BY_HOLE], 3);
	assert_int_equal(lseek(src, 0, SEEK_CUR), 0); /* not our position */
	(void)close(src);
	(void)close(dst);
}

TEST(case78_holes_are_punched_where_there_were_bytes)
{
	int src = sparse(), dst = full();

	(void)copy_at(dst, src, &keep);
	check_bytes(dst);
	assert_true(blocks(dst) <= DATA);
	(void)close(src);
	(void)close(dst);
}

TEST(holes_are_filled_when_nobody_asks)
{
	int src = sparse(), dst = temporary();
	struct pour_account a = copy_at(dst, src, NULL);

	check_bytes(dst);
	assert_int_equal(a.moved[POUR_BY_HOLE], 0);
	(void)close(src);
	(void)close(dst);
}

TEST(holes_follow_the_files_own_positions)
{
	int src = sparse(), dst = temporary();
	struct pour_end from, to;
	struct pour p;

	assert_int_equal(pour_end_of(&from, src), 0);
	assert_int_equal(pour_end_of(&to, dst), 0);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	assert_int_equal(pour_begin(&p, to, from, 2 * MB + 1000, &keep), 0);
	assert_int_equal(pour_run(&p), 0);
	pour_finish(&p);
	assert_int_equal(lseek(src, 0, SEEK_CUR), 2 * MB + 1000);
	assert_int_equal(lseek(dst, 0, SEEK_CUR), 2 * MB + 1000);
	assert_int_equal(p.account.moved[POUR_BY_HOLE], MB + 1000);
	assert_int_equal(pour_begin(&p, to, from, POUR_ALL, &keep), 0);
	assert_int_equal(pour_run(&p), 0);
	pour_finish(&p);
	check_bytes(dst);
	(void)close(src);
	(void)close(dst);
}

/* ── Where holes cannot be asked for, or made ── */

static void with_failure(enum fake_call call, unsigned at, int error,
			 int64_t left)
{
	int src = sparse(), dst = full();
	struct pour_account a;

	fake_reset();
	fake.fail_call = call;
	fake.fail_at = at;
	fake.fail_errno = error;
	a = copy_at(dst, src, &keep);
	check_bytes(dst);
	assert_int_equal(a.left[POUR_BY_HOLE], left);
	(void)close(src);
	(void)close(dst);
}

TEST(case76_who_knows_no_holes_has_data)
{
	with_failure(FAKE_SEEK, 1, EINVAL, EINVAL);
	with_failure(FAKE_SEEK, 1, EOPNOTSUPP, EOPNOTSUPP);
	with_failure(FAKE_SEEK, 2, EIO, EIO);
}

/* A hole that came between the two questions: no loop, and no byte less. */
TEST(case75_a_race_between_the_questions_makes_progress)
{
	with_failure(FAKE_SEEK, 3, ENXIO, 0);
	with_failure(FAKE_SEEK, 3, EINVAL, 0);
}

TEST(holes_that_cannot_be_punched_are_written)
{
	with_failure(FAKE_PUNCH, 1, EOPNOTSUPP, EOPNOTSUPP);
	with_failure(FAKE_PUNCH, 2, EPERM, EPERM);
}

TEST(holes_need_a_descriptor_of_their_own)
{
	int src = sparse(), dst = temporary();
	struct pour p;

	fake.fail_call = FAKE_REOPEN;
	fake.fail_at = 1;
	fake.fail_errno = EACCES;
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), POUR_ALL, &keep),
			 0);
	assert_int_equal(pour_run(&p), -EACCES);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

TEST(an_appending_destination_gets_its_zeros)
{
	int src = sparse(), dst = temporary();
	struct pour_account a;

	assert_int_equal(fcntl(dst, F_SETFL, O_APPEND), 0);
	a = copy_at(dst, src, &keep);
	assert_int_equal(a.left[POUR_BY_HOLE], EINVAL);
	check_bytes(dst);
	(void)close(src);
	(void)close(dst);
}

/* ── Clones, by a stand-in: real ones need btrfs or xfs ── */

static const struct pour_opts clone_first = { .methods = 1 << POUR_BY_CLONE |
							 1 << POUR_BY_COPY };

static void left_by_clone(int error)
{
	int src = sparse(), dst = temporary();
	struct pour_account a;

	fake_reset();
	fake.fail_call = FAKE_CLONE;
	fake.fail_at = 1;
	fake.fail_errno = error;
	a = copy_at(dst, src, &clone_first);
	assert_int_equal(a.left[POUR_BY_CLONE], error);
	assert_int_equal(a.moved[POUR_BY_COPY], SIZE);
	check_bytes(dst);
	(void)close(src);
	(void)close(dst);
}

TEST(case71_whatever_means_not_here_is_copied)
{
	static const int errnos[] = { EOPNOTSUPP, EXDEV,  EINVAL, ENOTTY,
				      EPERM,      EACCES, EBADF,  ETXTBSY,
				      EAGAIN,     EISDIR, 0 };

	for (int i = 0; errnos[i] != 0; i++)
		left_by_clone(errnos[i]);
}

TEST(case71_a_full_disk_is_not_not_here)
{
	int src = sparse(), dst = temporary();
	struct pour p;

	fake.fail_call = FAKE_CLONE;
	fake.fail_at = 1;
	fake.fail_errno = ENOSPC;
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), POUR_ALL,
				    &clone_first),
			 0);
	assert_int_equal(pour_run(&p), -ENOSPC);
	assert_int_equal(p.account.side, POUR_SIDE_DST);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

/* The stand-in says that it cloned: what is asked of the kernel counts. */
static void clone_of(uint64_t limit, uint64_t cloned)
{
	int src = sparse(), dst = temporary();
	struct pour p;

	fake_reset();
	fake.answers_set = true;
	fake.answers_call = FAKE_CLONE;
	fake.answers = (int64_t)cloned;
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), limit, &clone_first),
			 0);
	assert_int_equal(pour_run(&p), 0);
	assert_int_equal(p.account.moved[POUR_BY_CLONE], cloned);
	assert_int_equal(p.account.moved[POUR_BY_COPY],
			 MIN(limit, (uint64_t)SIZE) - cloned);
	if (cloned > 0)
		assert_int_equal(fake.log[0].len, cloned);
	for (unsigned i = 0; i < fake.n_log; i++)
		if (fake.log[i].call == FAKE_CLONE)
			assert_true(fake.log[i].len > 0);
	pour_finish(&p);
	(void)close(src);
	(void)close(dst);
}

/* A length of 0 would mean "to the end", and clobber what is behind. */
TEST(case72_a_clone_never_asks_for_nothing)
{
	clone_of(POUR_ALL, SIZE); /* to the end, whatever it is */
	clone_of(MB, MB);
	clone_of(100, 0); /* less than a block: copied */
}

TEST(case73_a_tail_that_is_no_block_is_copied)
{
	clone_of(MB + 100, MB);
}

TEST(clone_always_moves_no_byte)
{
	const struct pour_opts always = { .clone = POUR_CLONE_ALWAYS };
	int src = sparse(), dst = temporary();
	struct stat st;
	struct pour p;

	fake.fail_call = FAKE_CLONE;
	fake.fail_at = 1;
	fake.fail_errno = EXDEV;
	assert_int_equal(pour_begin(&p, pour_file_at(dst, 0),
				    pour_file_at(src, 0), POUR_ALL, &always),
			 0);
	assert_int_equal(pour_run(&p), -EXDEV);
	assert_int_equal(p.account.delivered, 0);
	pour_finish(&p);
	assert_int_equal(fstat(dst, &st), 0);
	assert_int_equal(st.st_size, 0);
	(void)close(src);
	(void)close(dst);
}

TEST(case74_clone_never_shares)
{
	const struct pour_opts never = { .clone = POUR_CLONE_NEVER };
	int src = sparse(), dst = temporary();

	(void)copy_at(dst, src, &never);
	assert_int_equal(fake.calls[FAKE_CLONE] + fake.calls[FAKE_RANGE], 0);
	(void)close(src);
	(void)close(dst);
}

TEST_MAIN()
