/* SPDX-License-Identifier: MIT */
/*
 * Fact: some files of procfs cannot be spliced (EINVAL since 5.10, commit
 * 36e2c7421f02), and say a size of 0 although they can be read. So EINVAL leaves
 * a method, and a size of 0 means "not known".
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

TEST(procfs_reads_though_its_size_is_nothing)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct stat st;
	char byte;

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_size, 0);
	assert_int_equal(read(fd, &byte, 1), 1);
	(void)close(fd);
}

TEST(procfs_does_not_sendfile)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(sendfile(p[1], fd, NULL, 100), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(fd);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST_MAIN()
