/* SPDX-License-Identifier: MIT */
/* Which method moves the bytes, and when and how it is left. */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "test.h"

static const struct pour_account *transfer(enum ends_kind src,
					   enum ends_kind dst, uint64_t limit)
{
	static struct pour p;
	struct ends e;

	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, limit, NULL), 0);
	assert_int_equal(ends_run(&e, &p), 0);
	if (dst != ENDS_DEVICE)
		assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
	return pour_account(&p);
}

/* ── Zero copy was taken ── */

TEST(zero_copy_file_to_socket_is_sendfile)
{
	const struct pour_account *a = transfer(ENDS_FILE_AT, ENDS_TCP,
						POUR_ALL);

	assert_int_equal(a->moved[POUR_BY_SENDFILE], ENDS_TOTAL);
	assert_int_equal(a->moved[POUR_BY_COPY], 0);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_WRITE], 0);
}

TEST(zero_copy_pipe_to_file_is_splice)
{
	const struct pour_account *a = transfer(ENDS_PIPE, ENDS_FILE_AT,
						POUR_ALL);

	assert_int_equal(a->moved[POUR_BY_SPLICE], ENDS_TOTAL);
	assert_int_equal(fake.calls[FAKE_READ] + fake.calls[FAKE_WRITE], 0);
}

/* The first of it is copied, until it is plain that it streams. */
TEST(zero_copy_socket_to_socket_goes_through_a_pipe)
{
	const struct pour_account *a = transfer(ENDS_TCP, ENDS_TCP, POUR_ALL);

	assert_true(a->moved[POUR_BY_COPY] <= 65536);
	assert_int_equal(a->moved[POUR_BY_PIPE],
			 ENDS_TOTAL - a->moved[POUR_BY_COPY]);
	assert_true(fake.calls[FAKE_READ] <= 5);
}

/* Alone it is one call by sendfile; copying pays where it joins a head. */
TEST(a_small_file_alone_is_sent_in_one_call)
{
	const struct pour_account *a = transfer(ENDS_FILE_AT, ENDS_TCP, 16384);

	assert_int_equal(a->moved[POUR_BY_SENDFILE], 16384);
	assert_int_equal(a->calls[POUR_BY_SENDFILE], 1);
}

TEST(a_small_file_is_copied_into_a_file)
{
	const struct pour_account *a = transfer(ENDS_FILE_AT, ENDS_FILE_AT,
						16384);

	assert_int_equal(a->moved[POUR_BY_COPY], 16384);
	assert_int_equal(a->calls[POUR_BY_COPY], 2);
}

/* Who said how much comes need not be watched for what he brings. */
TEST(a_stream_of_known_length_is_spliced_from_its_first_byte)
{
	const struct pour_account *a = transfer(ENDS_UNIX, ENDS_FILE_AT, 65536);

	assert_int_equal(a->moved[POUR_BY_PIPE], 65536);
	a = transfer(ENDS_UNIX, ENDS_FILE_AT, 32768);
	assert_int_equal(a->moved[POUR_BY_COPY], 32768);
}

/* ── Leaving a method ── */

TEST(a_method_is_left_at_the_same_byte)
{
	const struct pour_account *a;

	fake.fail_at = 2; /* bytes were moved already */
	fake.fail_call = FAKE_SENDFILE;
	fake.fail_errno = EINVAL;
	a = transfer(ENDS_FILE_AT, ENDS_TCP, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_SENDFILE], EINVAL);
	assert_true(a->moved[POUR_BY_SENDFILE] > 0);
	assert_int_equal(a->moved[POUR_BY_SENDFILE] + a->moved[POUR_BY_PIPE],
			 ENDS_TOTAL);
}

TEST(bytes_in_a_pipe_are_delivered_by_copying)
{
	const struct pour_account *a;

	fake.fail_at = 2; /* out of the pipe, which is full */
	fake.fail_call = FAKE_SPLICE;
	fake.fail_errno = EINVAL;
	a = transfer(ENDS_UNIX, ENDS_FILE_AT, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_PIPE], EINVAL);
	assert_int_equal(a->moved[POUR_BY_COPY], ENDS_TOTAL);
}

/* A signal in between: it goes on with the next step. And a pipe of ours that
 * cannot be read keeps what it holds. */
static void from_the_pipe(int64_t answer, int then)
{
	struct ends e;
	struct pour p;
	uint64_t held;

	fake_reset();
	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	assert_int_equal(pour_begin(&p, e.dst, e.src, 100000, NULL), 0);
	fake.fail_at = 2;
	fake.fail_call = FAKE_SPLICE;
	fake.fail_errno = EINVAL;
	fake.answers_set = true;
	fake.answers_call = FAKE_READ;
	fake.answers = answer;
	assert_int_equal(pour_step(&p), then);
	held = pour_pending(&p);
	assert_int_equal(held, p.account.taken);
	fake.answers_set = false;
	if (then > 0)
		assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(ends_arrived(&e), p.account.delivered);
	assert_int_equal(p.account.side, then < 0 ? POUR_SIDE_DST : 0);
	pour_finish(&p);
	ends_close(&e);
}

TEST(a_pipe_that_is_read_back_may_be_interrupted)
{
	from_the_pipe(-EINTR, POUR_WANT_CPU);
	from_the_pipe(-EIO, -EIO);
	from_the_pipe(0, -EIO);
}

TEST(case31_no_pipe_to_be_had_means_copying)
{
	const struct pour_account *a;

	fake.fail_at = 1;
	fake.fail_call = FAKE_PIPE;
	fake.fail_errno = EMFILE;
	a = transfer(ENDS_UNIX, ENDS_TCP, POUR_ALL);
	assert_int_equal(a->left[POUR_BY_PIPE], EMFILE);
	assert_int_equal(a->moved[POUR_BY_COPY], ENDS_TOTAL);
}

/* EIO is "does not suit" before the first byte and a failure after it. */
TEST(case44_a_device_error_is_final_after_the_first_byte)
{
	struct ends e;
	struct pour p;

	fake.fail_at = 2;
	fake.fail_call = FAKE_SENDFILE;
	fake.fail_errno = EIO;
	ends_open(&e, ENDS_FILE_AT, ENDS_TCP);
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, NULL), 0);
	assert_int_equal(ends_run(&e, &p), -EIO);
	assert_int_equal(p.account.side, POUR_SIDE_SRC);
	assert_int_equal(pour_step(&p), -EIO); /* says so again */
	pour_finish(&p);
	ends_close(&e);
}

/* copy_file_range() of a file whose size nobody knows answers 0. */
TEST(case01_a_first_0_is_confirmed_by_read)
{
	const struct pour_opts opts = { .methods = 1 << POUR_BY_RANGE |
						   1 << POUR_BY_COPY };
	struct ends e;
	struct pour p;

	ends_open(&e, ENDS_FILE_AT, ENDS_FILE_AT);
	fake.answers_set = true;
	fake.answers_call = FAKE_RANGE;
	fake.answers = 0;
	assert_int_equal(pour_begin(&p, e.dst, e.src, POUR_ALL, &opts), 0);
	p.plan[0] = POUR_BY_RANGE; /* as on a file system that shares */
	p.plan[1] = POUR_BY_COPY;
	p.plan[2] = POUR_METHODS;
	assert_int_equal(ends_run(&e, &p), 0);
	assert_int_equal(p.account.left[POUR_BY_RANGE], ENODATA);
	assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	pour_finish(&p);
	ends_close(&e);
}

static void copies_right(const char *path)
{
	static char want[65536], got[65536];
	int src = open(path, O_RDONLY | O_CLOEXEC), dst[2];
	ssize_t n;
	int64_t r;

	assert_true(src >= 0);
	n = read(src, want, sizeof(want));
	assert_true(n > 0);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	assert_int_equal(pipe2(dst, O_CLOEXEC), 0);
	r = pour_copy(dst[1], src, POUR_ALL, NULL);
	assert_int_equal(r, n);
	assert_int_equal(read(dst[0], got, sizeof(got)), n);
	assert_memory_equal(got, want, (size_t)n);
	(void)close(src);
	(void)close(dst[0]);
	(void)close(dst[1]);
}

TEST(case01_procfs_files_are_not_empty)
{
	copies_right("/proc/version");
	copies_right("/proc/cpuinfo");
}

TEST(case01_sysfs_files_are_not_empty)
{
	static const char path[] =
		"/sys/kernel/mm/transparent_hugepage/enabled";

	if (access(path, R_OK) != 0)
		TEST_SKIP("no sysfs is mounted here");
	copies_right(path);
}

TEST_MAIN()
