/* SPDX-License-Identifier: MIT */
/*
 * Fact: at RLIMIT_FSIZE sendfile() and copy_file_range() answer what still
 * fitted, then EFBIG with SIGXFSZ, and the source stands behind what fitted;
 * by way of a pipe it stands behind what went into the pipe. The signal of
 * sendfile() comes with the short count already, as it tried once more. So
 * after a failure the source is not asked how far the copy came
 * (setrlimit(2)).
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <time.h>

#include "kit.h"

enum {
	LIMIT = 1000,
	BYTES = 5000,
};

static ssize_t by_sendfile(int to, int from)
{
	return sendfile(to, from, NULL, BYTES);
}

static ssize_t by_range(int to, int from)
{
	return copy_file_range(from, NULL, to, NULL, BYTES, 0);
}

/* The file is made first, as the limit is for all of them. */
static int limited_source(sigset_t *set)
{
	const struct rlimit limit = { LIMIT, LIMIT };
	int src = memory_file("");

	assert_int_equal(ftruncate(src, BYTES), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	sigemptyset(set);
	sigaddset(set, SIGXFSZ);
	assert_int_equal(sigprocmask(SIG_BLOCK, set, NULL), 0);
	return src;
}

static void assert_exact(ssize_t (*copy)(int to, int from), int first_signal)
{
	const struct timespec no_wait = { 0, 0 };
	int dst = memory_file(""), src;
	sigset_t set;

	src = limited_source(&set);
	assert_int_equal(copy(dst, src), LIMIT);
	assert_int_equal(lseek(src, 0, SEEK_CUR), LIMIT);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), first_signal);
	assert_int_equal(copy(dst, src), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(sigtimedwait(&set, NULL, &no_wait), SIGXFSZ);
	assert_int_equal(lseek(src, 0, SEEK_CUR), LIMIT);
	assert_int_equal(lseek(dst, 0, SEEK_END), LIMIT);
	(void)close(src);
	(void)close(dst);
}

TEST(case68_sendfile_stops_at_the_limit)
{
	assert_exact(by_sendfile, SIGXFSZ);
}

TEST(case68_a_range_stops_at_the_limit)
{
	assert_exact(by_range, -1);
}

TEST(case68_splice_took_more_from_the_source)
{
	int dst = memory_file(""), src, p[2];
	sigset_t set;

	src = limited_source(&set);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(splice(src, NULL, p[1], NULL, BYTES, 0), BYTES);
	assert_int_equal(splice(p[0], NULL, dst, NULL, BYTES, 0), LIMIT);
	assert_int_equal(splice(p[0], NULL, dst, NULL, BYTES, 0), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(lseek(src, 0, SEEK_CUR), BYTES);
	(void)close(src);
	(void)close(dst);
	close_pair(p);
}

TEST_MAIN()
