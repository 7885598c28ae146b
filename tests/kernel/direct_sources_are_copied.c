/* SPDX-License-Identifier: MIT */
/*
 * Fact: splice() and sendfile() read an O_DIRECT file past the page cache into
 * pages of their own, so that a later write does not show; an offset that the
 * file system calls unaligned is EINVAL. So EINVAL leaves the method (open(2)).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/sendfile.h>

#include "kit.h"

enum {
	BYTES = 8192,
};

static void fill(int fd, int letter)
{
	static char bytes[BYTES];

	memset(bytes, letter, sizeof(bytes));
	assert_int_equal(pwrite(fd, bytes, sizeof(bytes), 0), BYTES);
}

/* The same file once more, past the page cache; or the test is skipped. */
static int direct_again(int fd)
{
	char name[32];
	int again;

	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	again = open(name, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (again < 0)
		TEST_SKIP("no O_DIRECT in /tmp");
	return again;
}

TEST(case70_a_direct_source_is_copied)
{
	int fd = disk_file(), direct, p[2];
	static char bytes[BYTES];
	off_t at = 0;

	fill(fd, 'a');
	direct = direct_again(fd);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(sendfile(p[1], direct, &at, BYTES), BYTES);
	assert_int_equal(at, BYTES);
	fill(fd, 'b');
	assert_int_equal(read(p[0], bytes, sizeof(bytes)), BYTES);
	assert_int_equal(bytes[0], 'a');
	(void)close(fd);
	(void)close(direct);
	close_pair(p);
}

TEST(case70_an_unaligned_offset_is_refused)
{
	int fd = disk_file(), direct, p[2];
	char byte;
	off_t at = 1;

	fill(fd, 'a');
	direct = direct_again(fd);
	if (pread(direct, &byte, 1, 1) == 1)
		TEST_SKIP("O_DIRECT needs no alignment in /tmp");
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(splice(direct, &at, p[1], NULL, 4096, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(at, 1);
	assert_int_equal(sendfile(p[1], direct, &at, 4096), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(fd);
	(void)close(direct);
	close_pair(p);
}

TEST_MAIN()
