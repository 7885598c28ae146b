/* SPDX-License-Identifier: MIT */
/*
 * Fact: splice() and sendfile() from a file move its pages and not its bytes,
 * so that a reader sees what was written to the file after the call returned;
 * copy_file_range() and a shorter file do not show. So a source that changes
 * is sent by read() and write().
 */
#include <errno.h>
#include <sys/sendfile.h>

#include "kit.h"

enum {
	BYTES = 4096,
};

/* A whole page of one letter. */
static int page_of(int letter)
{
	static char page[BYTES];
	int fd = memory_file("");

	memset(page, letter, sizeof(page));
	assert_int_equal(pwrite(fd, page, sizeof(page), 0), sizeof(page));
	return fd;
}

static void assert_reads(int fd, int letter)
{
	static char page[BYTES];

	assert_int_equal(read(fd, page, sizeof(page)), sizeof(page));
	assert_int_equal(page[0], letter);
	assert_int_equal(page[BYTES - 1], letter);
}

static void overwrite(int fd, int letter)
{
	static char page[BYTES];

	memset(page, letter, sizeof(page));
	assert_int_equal(pwrite(fd, page, sizeof(page), 0), sizeof(page));
}

TEST(case50_a_page_in_a_pipe_is_the_file)
{
	int fd = page_of('a'), p[2];
	off_t at = 0;

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(splice(fd, &at, p[1], NULL, BYTES, 0), BYTES);
	overwrite(fd, 'b');
	assert_reads(p[0], 'b');
	(void)close(fd);
	close_pair(p);
}

TEST(case50_a_page_in_a_socket_is_the_file)
{
	int fd = page_of('a'), s[2];
	off_t at = 0;

	tcp_pair(s);
	assert_int_equal(sendfile(s[0], fd, &at, BYTES), BYTES);
	overwrite(fd, 'b');
	wait_for_bytes(s[1], BYTES);
	assert_reads(s[1], 'b');
	(void)close(fd);
	close_pair(s);
}

TEST(case50_a_file_cut_short_is_still_in_the_pipe)
{
	int fd = page_of('a'), p[2];
	off_t at = 0;

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(splice(fd, &at, p[1], NULL, BYTES, 0), BYTES);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_reads(p[0], 'a');
	(void)close(fd);
	close_pair(p);
}

TEST(case50_a_copied_range_is_a_copy)
{
	int fd = page_of('a'), dst = memory_file("");
	off_t at = 0, to = 0;

	assert_int_equal(copy_file_range(fd, &at, dst, &to, BYTES, 0), BYTES);
	overwrite(fd, 'b');
	assert_reads(dst, 'a');
	(void)close(fd);
	(void)close(dst);
}

TEST_MAIN()
