/* SPDX-License-Identifier: MIT */
/*
 * Fact: copy_file_range() between file systems of different types is EXDEV
 * since 5.19 (commit 868f9f2f8e00), and works or is EXDEV before; with a pipe
 * on either side it is EINVAL. So both leave the method. Within procfs it is a
 * 0 that says nothing, as the size it stops at is 0: a first 0 is not
 * believed.
 */
#include <errno.h>
#include <sys/vfs.h>

#include "kit.h"

/* By offset, so that the file can be read afterwards from its start. */
static ssize_t copy_from_start(int from, int to, size_t len)
{
	loff_t at = 0;

	return copy_file_range(from, &at, to, NULL, len, 0);
}

TEST(case01_procfs_is_not_copied_to_a_file)
{
	int src = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	int dst = disk_file();
	char byte;

	assert_int_equal(copy_from_start(src, dst, 100), -1);
	assert_true(errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP);
	assert_int_equal(read(src, &byte, 1), 1);
	(void)close(src);
	(void)close(dst);
}

TEST(case01_within_procfs_nothing_is_copied_without_an_error)
{
	int src = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	int dst = open("/proc/self/comm", O_RDWR | O_CLOEXEC);
	ssize_t n = copy_from_start(src, dst, 10);
	char byte;

	assert_true(n == 0 ||
		    (n == -1 && (errno == EINVAL || errno == EOPNOTSUPP)));
	assert_int_equal(read(src, &byte, 1), 1);
	(void)close(src);
	(void)close(dst);
}

TEST(case02_another_file_system_is_refused_or_served)
{
	int src = disk_file(), dst = memory_file("");
	struct statfs a, b;
	ssize_t n;

	assert_int_equal(fstatfs(src, &a) + fstatfs(dst, &b), 0);
	if (a.f_type == b.f_type) {
		(void)close(src);
		(void)close(dst);
		TEST_SKIP("/tmp is a tmpfs, as a memfd is");
	}
	assert_int_equal(write(src, "hello", 5), 5);
	n = copy_from_start(src, dst, 5);
	assert_true(n == 5 || (n == -1 && errno == EXDEV));
	(void)close(src);
	(void)close(dst);
}

TEST(a_pipe_is_no_range)
{
	int dst = memory_file(""), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(copy_file_range(p[0], NULL, dst, NULL, 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(dst);
	close_pair(p);
}

TEST_MAIN()
