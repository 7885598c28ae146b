/* SPDX-License-Identifier: MIT */
/*
 * Fact: when splice() out of a pipe fails, what did not leave is still in the
 * pipe and can be read. So nothing is lost when a destination fails half-way.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

TEST(what_did_not_leave_can_be_read)
{
	char buf[8];
	int s[2], p[2];

	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "rescue", 6), 6);
	(void)close(s[1]);
	assert_int_equal(splice(p[0], NULL, s[0], NULL, 6, SPLICE_F_NONBLOCK),
			 -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "rescue", 6);
	(void)close(s[0]);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST_MAIN()
