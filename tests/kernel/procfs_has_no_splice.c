/* SPDX-License-Identifier: MIT */
/*
 * Fact: some files of procfs cannot be spliced (EINVAL since 5.10, commit
 * 36e2c7421f02), others can; all say a size of 0 although they can be read, and
 * none knows its holes. So EINVAL leaves a method, and a size of 0 means "not
 * known".
 */
#include <errno.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "kit.h"

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

static void assert_refused(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), p[2];
	char byte;

	assert_true(fd >= 0);
	assert_int_equal(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(sendfile(p[1], fd, NULL, 100), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(splice(fd, NULL, p[1], NULL, 100, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(read(fd, &byte, 1), 1);
	(void)close(fd);
	close_pair(p);
}

TEST(case39_procfs_is_not_spliced)
{
	assert_refused("/proc/self/status");
	assert_refused("/proc/self/maps");
	assert_refused("/proc/self/cmdline");
}

TEST(case39_some_of_procfs_is)
{
	int fd = open("/proc/version", O_RDONLY | O_CLOEXEC), p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(splice(fd, NULL, p[1], NULL, 5, 0), 5);
	assert_int_equal(sendfile(p[1], fd, NULL, 5), 5);
	(void)close(fd);
	close_pair(p);
}

TEST_MAIN()
