/* SPDX-License-Identifier: MIT */
/*
 * Fact: copy_file_range() between file systems of different types is EXDEV since
 * 5.19 (commit 868f9f2f8e00), and works or is EXDEV before; with a pipe on either
 * side it is EINVAL. So both leave the method.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "test.h"

TEST(another_file_system_is_refused_or_served)
{
	int src = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int dst = memfd_create("dst", MFD_CLOEXEC);
	struct statfs a, b;
	ssize_t n;

	if (src < 0)
		TEST_SKIP("no nameless files in /tmp");
	assert_int_equal(fstatfs(src, &a) + fstatfs(dst, &b), 0);
	if (a.f_type == b.f_type) {
		(void)close(src);
		(void)close(dst);
		TEST_SKIP("/tmp is a tmpfs, as a memfd is");
	}
	assert_int_equal(write(src, "hello", 5), 5);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	n = copy_file_range(src, NULL, dst, NULL, 5, 0);
	assert_true(n == 5 || (n == -1 && errno == EXDEV));
	(void)close(src);
	(void)close(dst);
}

TEST(a_pipe_is_no_range)
{
	int dst = memfd_create("dst", MFD_CLOEXEC), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(copy_file_range(p[0], NULL, dst, NULL, 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(dst);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST_MAIN()
