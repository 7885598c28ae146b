/* SPDX-License-Identifier: MIT */
/*
 * Fact: SPLICE_F_NONBLOCK and O_NONBLOCK on the pipe do not keep splice() from
 * blocking in a socket that was left blocking (splice_to_socket() in
 * fs/splice.c); only an AF_UNIX source heeds them. So a copy that must not
 * block wants O_NONBLOCK of the socket itself.
 */
#include <errno.h>

#include "kit.h"

static void assert_blocks(int in, int out)
{
	interrupt_often();
	assert_int_equal(splice(in, NULL, out, NULL, 1, SPLICE_F_NONBLOCK), -1);
	assert_int_equal(errno, EINTR);
	assert_true(kit_ticks > 0);
}

static void assert_does_not_block(int in, int out)
{
	assert_int_equal(splice(in, NULL, out, NULL, 1, SPLICE_F_NONBLOCK), -1);
	assert_int_equal(errno, EAGAIN);
}

TEST(case24_an_empty_socket_of_tcp_blocks)
{
	int s[2], p[2];

	tcp_pair(s);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_blocks(s[0], p[1]);
	set_flag(s[0], O_NONBLOCK);
	assert_does_not_block(s[0], p[1]);
	close_pair(s);
	close_pair(p);
}

TEST(case24_an_empty_unix_socket_does_not_block)
{
	int s[2], p[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(pipe2(p, 0), 0);
	assert_does_not_block(s[0], p[1]);
	set_flag(p[1], O_NONBLOCK);
	assert_int_equal(splice(s[0], NULL, p[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close_pair(s);
	close_pair(p);
}

/*
 * Moves what goes and says why no more does: TCP may make room a little later,
 * so that it cannot be filled once and for all.
 */
static int why_full(const int p[2], int s)
{
	static const char bytes[4096];
	ssize_t n;

	do {
		while (write(p[1], bytes, sizeof(bytes)) > 0)
			continue;
		n = splice(p[0], NULL, s, NULL, 65536, SPLICE_F_NONBLOCK);
	} while (n > 0);
	return errno;
}

static void assert_blocks_when_full(const int s[2])
{
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	interrupt_often();
	assert_int_equal(why_full(p, s[0]), EINTR);
	set_flag(s[0], O_NONBLOCK);
	assert_int_equal(why_full(p, s[0]), EAGAIN);
	close_pair(s);
	close_pair(p);
}

TEST(case24_a_full_socket_of_tcp_blocks)
{
	int s[2];

	tcp_pair(s);
	assert_blocks_when_full(s);
}

TEST(case24_a_full_unix_socket_blocks)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_blocks_when_full(s);
}

TEST_MAIN()
