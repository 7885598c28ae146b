/* SPDX-License-Identifier: MIT */
/*
 * Fact: a pipe is full when its slots are, whatever bytes are in them; one small
 * segment of a socket takes one slot. splice() then says EAGAIN although the
 * socket has more and the pipe has room by count. So EAGAIN with bytes in the
 * pipe means "drain it", and neither the pipe's size nor FIONREAD is asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

TEST(small_segments_fill_a_pipe)
{
	ssize_t n, moved = 0;
	int s[2], p[2], left = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	for (int i = 0; i < 64; i++)
		assert_int_equal(send(s[0], "x", 1, 0), 1);
	while ((n = splice(s[1], NULL, p[1], NULL, 65536, SPLICE_F_NONBLOCK)) >
	       0)
		moved += n;
	assert_int_equal(n, -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(moved < 64);
	assert_true(fcntl(p[1], F_GETPIPE_SZ) > 64);
	assert_int_equal(ioctl(s[1], FIONREAD, &left), 0);
	assert_int_equal(moved + left, 64);
	for (int i = 0; i < 2; i++) {
		(void)close(s[i]);
		(void)close(p[i]);
	}
}

TEST_MAIN()
