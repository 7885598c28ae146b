/* SPDX-License-Identifier: MIT */
/*
 * Fact: a destination that is O_APPEND refuses sendfile() and splice() with
 * EINVAL and copy_file_range() with EBADF; write() works. So these errnos leave
 * a method (sendfile(2), splice(2), copy_file_range(2)).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "test.h"

TEST(appending_is_for_write_alone)
{
	int src = memfd_create("src", MFD_CLOEXEC);
	int dst = memfd_create("dst", MFD_CLOEXEC);
	int p[2];

	assert_int_equal(write(src, "hello", 5), 5);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	assert_int_equal(fcntl(dst, F_SETFL, O_APPEND), 0);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	assert_int_equal(sendfile(dst, src, NULL, 5), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(splice(p[0], NULL, dst, NULL, 1, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(copy_file_range(src, NULL, dst, NULL, 5, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(write(dst, "y", 1), 1);
	(void)close(src);
	(void)close(dst);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST_MAIN()
