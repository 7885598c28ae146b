/* SPDX-License-Identifier: MIT */
/*
 * Fact: sendfile() from a socket is EINVAL, except into a pipe, where it is
 * splice() since 5.12; from a pipe it is EINVAL always. So EINVAL leaves the
 * method, and nothing was consumed (sendfile(2)).
 */
#include <errno.h>
#include <sys/sendfile.h>

#include "kit.h"

static void assert_refused(int to, int from)
{
	assert_int_equal(sendfile(to, from, NULL, 5), -1);
	assert_int_equal(errno, EINVAL);
}

TEST(case65_a_socket_goes_into_a_pipe_alone)
{
	int file = memory_file(""), s[2], p[2];
	char buf[8];
	ssize_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(s[0], "hello", 5), 5);
	assert_refused(file, s[1]);
	assert_refused(s[1], s[1]);
	n = sendfile(p[1], s[1], NULL, 5);
	if (n == -1 && errno == EINVAL)
		TEST_SKIP("before 5.12 no socket is a source");
	assert_int_equal(n, 5);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 5);
	(void)close(file);
	close_pair(s);
	close_pair(p);
}

TEST(case65_a_pipe_is_no_source)
{
	int file = memory_file(""), s[2], p[2], q[2];
	char buf[8];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(pipe2(p, O_NONBLOCK) + pipe2(q, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "hello", 5), 5);
	assert_refused(file, p[0]);
	assert_refused(s[0], p[0]);
	assert_refused(q[1], p[0]);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 5);
	(void)close(file);
	close_pair(s);
	close_pair(p);
	close_pair(q);
}

TEST_MAIN()
