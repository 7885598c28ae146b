/* SPDX-License-Identifier: MIT */
/*
 * Fact: splice() from a datagram socket is EINVAL before 6.5 and succeeds
 * since (copy_splice_read()): one message a call, cut off at the length asked
 * for, and in the pipe nobody can tell where it ended. So SO_TYPE is asked
 * before.
 */
#include <errno.h>

#include "kit.h"

static void assert_edges_are_lost(const int s[2])
{
	char buf[16];
	ssize_t n;
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(send(s[0], "abc", 3, 0), 3);
	assert_int_equal(send(s[0], "defgh", 5, 0), 5);
	n = splice(s[1], NULL, p[1], NULL, sizeof(buf), 0);
	if (n == -1 && errno == EINVAL)
		TEST_SKIP("before 6.5 datagrams are not spliced");
	assert_int_equal(n, 3);
	assert_int_equal(splice(s[1], NULL, p[1], NULL, 2, 0), 2);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "abcde", 5);
	assert_int_equal(recv(s[1], buf, sizeof(buf), MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	close_pair(s);
	close_pair(p);
}

TEST(case46_unix_datagrams_are_spliced)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, s), 0);
	assert_edges_are_lost(s);
}

TEST(case46_unix_packets_are_spliced)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s), 0);
	assert_edges_are_lost(s);
}

TEST(case46_udp_is_spliced)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int s[2];

	s[0] = socket(AF_INET, SOCK_DGRAM, 0);
	s[1] = socket(AF_INET, SOCK_DGRAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s[1], (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(s[1], (struct sockaddr *)&a, &len), 0);
	assert_int_equal(connect(s[0], (struct sockaddr *)&a, len), 0);
	assert_edges_are_lost(s);
}

TEST_MAIN()
