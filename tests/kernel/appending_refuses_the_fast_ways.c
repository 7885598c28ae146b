/* SPDX-License-Identifier: MIT */
/*
 * Fact: a destination that is O_APPEND refuses sendfile() and splice() with
 * EINVAL and copy_file_range() with EBADF; write() works. So these errnos
 * leave a method (sendfile(2), splice(2), copy_file_range(2)). It does not
 * matter when the flag came, and it is looked at again in each call.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sendfile.h>

#include "kit.h"

static void assert_only_write_works(int dst)
{
	int src = memory_file("hello"), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_int_equal(sendfile(dst, src, NULL, 5), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(splice(p[0], NULL, dst, NULL, 1, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(copy_file_range(src, NULL, dst, NULL, 5, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(lseek(src, 0, SEEK_CUR), 0);
	assert_int_equal(write(dst, "y", 1), 1);
	(void)close(src);
	close_pair(p);
}

TEST(case14_appending_is_for_write_alone)
{
	int dst = memory_file("");
	char name[32];
	int again;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", dst);
	again = open(name, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_only_write_works(again);
	(void)close(again);
	(void)close(dst);
}

TEST(case14_the_flag_may_come_and_go_later)
{
	int src = memory_file("hello"), dst = memory_file("");
	int flags = fcntl(dst, F_GETFL);

	set_flag(dst, O_APPEND);
	assert_only_write_works(dst);
	assert_int_equal(fcntl(dst, F_SETFL, flags), 0);
	assert_int_equal(copy_file_range(src, NULL, dst, NULL, 5, 0), 5);
	(void)close(src);
	(void)close(dst);
}

TEST_MAIN()
