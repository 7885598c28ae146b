/* SPDX-License-Identifier: MIT */
/*
 * Fact: sendfile() to a socket that takes no more answers what went, then
 * EAGAIN, and the offset stands exactly behind what went, or where it was when
 * nothing did; past the end of the file it answers 0, as it does to a count of
 * 0. So a short count is no error, and a 0 before a promise is kept is a
 * truncated file.
 */
#include <errno.h>
#include <sys/sendfile.h>

#include "kit.h"

static void nonblocking_pair(int s[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
}

TEST(case64_a_full_socket_leaves_the_offset_exact)
{
	int fd = memory_file(""), s[2];
	off_t at = 7;
	ssize_t n, sent = 0;

	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	nonblocking_pair(s);
	while ((n = sendfile(s[0], fd, &at, 64 << 20)) > 0)
		sent += n;
	assert_int_equal(errno, EAGAIN);
	assert_true(sent > 0);
	assert_int_equal(at, 7 + sent);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	(void)close(fd);
	close_pair(s);
}

TEST(case64_without_an_offset_the_file_moves_as_far)
{
	int fd = memory_file(""), s[2];
	ssize_t n;

	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	nonblocking_pair(s);
	n = sendfile(s[0], fd, NULL, 64 << 20);
	assert_true(n > 0 && n < 64 << 20);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), n);
	(void)close(fd);
	close_pair(s);
}

TEST(case64_a_failure_leaves_the_offset_where_it_was)
{
	int fd = memory_file("hello"), s[2];
	off_t at = 2;

	(void)signal(SIGPIPE, SIG_IGN);
	nonblocking_pair(s);
	(void)close(s[1]);
	assert_int_equal(sendfile(s[0], fd, &at, 3), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(at, 2);
	assert_int_equal(sendfile(s[0], fd, NULL, 3), -1);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	(void)close(fd);
	(void)close(s[0]);
}

TEST(past_the_end_there_is_nothing)
{
	int fd = memory_file("hello"), s[2];
	off_t at = 5;

	nonblocking_pair(s);
	assert_int_equal(sendfile(s[0], fd, &at, 1), 0);
	at = 500;
	assert_int_equal(sendfile(s[0], fd, &at, 1), 0);
	assert_int_equal(at, 500);
	(void)close(fd);
	close_pair(s);
}

TEST(case59_a_count_of_0_sends_nothing)
{
	int fd = memory_file("hello"), s[2];
	off_t at = 0;
	char byte;

	nonblocking_pair(s);
	assert_int_equal(sendfile(s[0], fd, &at, 0), 0);
	assert_int_equal(at, 0);
	assert_int_equal(read(s[1], &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
	(void)close(fd);
	close_pair(s);
}

TEST_MAIN()
