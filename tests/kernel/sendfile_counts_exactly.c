/* SPDX-License-Identifier: MIT */
/*
 * Fact: sendfile() to a socket that takes no more answers what went, then EAGAIN,
 * and the offset stands exactly behind what went; past the end of the file it
 * answers 0; a count past SSIZE_MAX is EINVAL. So a short count is no error, a 0
 * before a promise is kept is a truncated file, and calls are capped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

TEST(a_full_socket_leaves_the_offset_exact)
{
	int fd = memfd_create("file", MFD_CLOEXEC), s[2];
	off_t at = 7;
	ssize_t n, sent = 0;

	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	while ((n = sendfile(s[0], fd, &at, 64 << 20)) > 0)
		sent += n;
	assert_int_equal(errno, EAGAIN);
	assert_true(sent > 0);
	assert_int_equal(at, 7 + sent);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	(void)close(fd);
	(void)close(s[0]);
	(void)close(s[1]);
}

TEST(past_the_end_there_is_nothing)
{
	int fd = memfd_create("file", MFD_CLOEXEC), s[2];
	off_t at = 1000;

	assert_int_equal(ftruncate(fd, 1000), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	assert_int_equal(sendfile(s[0], fd, &at, 1), 0);
	at = 0;
	assert_int_equal(sendfile(s[0], fd, &at, SIZE_MAX), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(fd);
	(void)close(s[0]);
	(void)close(s[1]);
}

TEST_MAIN()
