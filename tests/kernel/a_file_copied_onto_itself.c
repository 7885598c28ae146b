/* SPDX-License-Identifier: MIT */
/*
 * Fact: copy_file_range() within one file refuses ranges that overlap (EINVAL)
 * and serves others up to the end it saw first; sendfile() serves all of them
 * and reads what it has just written, so that the file grows for as long as the
 * count goes. So source and destination are compared first.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sendfile.h>

#include "kit.h"

TEST(case15_ranges_that_overlap_are_refused)
{
	int fd = memory_file("0123456789");
	off_t from = 0, to = 2;

	assert_int_equal(copy_file_range(fd, &from, fd, &to, 4, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(copy_file_range(fd, NULL, fd, NULL, 4, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(from, 0);
	assert_int_equal(to, 2);
	(void)close(fd);
}

TEST(case15_ranges_apart_are_copied)
{
	int fd = memory_file("0123456789");
	off_t from = 0, to = 10;
	char buf[20];

	assert_int_equal(copy_file_range(fd, &from, fd, &to, 10, 0), 10);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), 20);
	assert_memory_equal(buf, "01234567890123456789", 20);
	(void)close(fd);
}

TEST(case16_sendfile_onto_its_own_end_goes_on)
{
	int fd = memory_file("0123456789"), again;
	off_t from = 0;
	char name[32];

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	again = open(name, O_WRONLY | O_CLOEXEC);
	assert_int_equal(lseek(again, 0, SEEK_END), 10);
	assert_int_equal(sendfile(again, fd, &from, 1000), 1000);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1010);
	(void)close(fd);
	(void)close(again);
}

TEST_MAIN()
