/* SPDX-License-Identifier: MIT */
/*
 * Fact: a slot of a pipe holds one page of a file and no other, so that from
 * an offset within a page a pipe is full before it holds its size. So a short
 * count is no end of file, and a first call that ends on a page is followed by
 * full ones.
 */
#include <errno.h>

#include "kit.h"

enum {
	FILE_BYTES = 1 << 20,
};

static void assert_moves_in_two(off_t at, size_t first, size_t second)
{
	int fd = memory_file(""), page = (int)sysconf(_SC_PAGESIZE), p[2];
	size_t size = 16 * (size_t)page;
	static char bytes[FILE_BYTES];

	assert_int_equal(ftruncate(fd, FILE_BYTES), 0);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, size), size);
	assert_int_equal(splice(fd, &at, p[1], NULL, size, 0), size - first);
	assert_int_equal(splice(fd, &at, p[1], NULL, size, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(read(p[0], bytes, size), size - first);
	assert_int_equal(splice(fd, &at, p[1], NULL, size, 0), size - second);
	(void)close(fd);
	close_pair(p);
}

TEST(case49_from_one_byte_in_a_byte_is_missing)
{
	assert_moves_in_two(1, 1, 0);
}

TEST(case49_from_a_page_all_of_it_goes)
{
	assert_moves_in_two(0, 0, 0);
	assert_moves_in_two(sysconf(_SC_PAGESIZE), 0, 0);
}

TEST_MAIN()
