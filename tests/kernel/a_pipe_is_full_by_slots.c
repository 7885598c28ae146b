/* SPDX-License-Identifier: MIT */
/*
 * Fact: a pipe is full when its slots are, whatever bytes are in them; one
 * small segment of a socket takes one slot. splice() then says EAGAIN although
 * the socket has more and the pipe has room by count. So EAGAIN with bytes in
 * the pipe means "drain it", and neither the pipe's size nor FIONREAD is
 * asked.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "kit.h"

enum {
	SEGMENTS = 64,
};

static void assert_slots_fill(const int s[2])
{
	struct pollfd more = { .fd = s[1], .events = POLLIN };
	ssize_t n, moved = 0;
	int p[2], left = 0;

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	for (int i = 0; i < SEGMENTS; i++)
		assert_int_equal(send(s[0], "x", 1, 0), 1);
	wait_for_bytes(s[1], SEGMENTS);
	while ((n = splice(s[1], NULL, p[1], NULL, 65536, SPLICE_F_NONBLOCK)) >
	       0)
		moved += n;
	assert_int_equal(n, -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(moved > 0 && moved < SEGMENTS);
	assert_true(fcntl(p[1], F_GETPIPE_SZ) > SEGMENTS);
	assert_int_equal(ioctl(s[1], FIONREAD, &left), 0);
	assert_int_equal(moved + left, SEGMENTS);
	assert_int_equal(poll(&more, 1, 0), 1);
	close_pair(s);
	close_pair(p);
}

TEST(case20_small_segments_fill_a_pipe)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	assert_slots_fill(s);
}

TEST(case20_small_segments_of_tcp_fill_a_pipe)
{
	int s[2], on = 1;

	tcp_pair(s);
	assert_int_equal(
		setsockopt(s[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
	set_flag(s[1], O_NONBLOCK);
	assert_slots_fill(s);
}

TEST_MAIN()
