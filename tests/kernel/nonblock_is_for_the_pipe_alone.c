/* SPDX-License-Identifier: MIT */
/*
 * Fact: SPLICE_F_NONBLOCK and O_NONBLOCK on the pipe do not keep splice() from
 * blocking in a socket that was left blocking (splice_to_socket() in
 * fs/splice.c); only an AF_UNIX source heeds them. So a copy that must not block
 * wants O_NONBLOCK of the socket itself.
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

/*
 * Of a blocking socket; MSG_DONTWAIT keeps this loop from blocking. TCP may make
 * room a little later, so it is full when nothing more went in after a pause.
 */
static void fill(int s)
{
	static const char bytes[4096];
	int pauses = 0;

	while (pauses < 3) {
		ssize_t n = send(s, bytes, sizeof(bytes), MSG_DONTWAIT);

		pauses = n > 0 ? 0 : pauses + 1;
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			(void)usleep(50000);
		}
	}
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

static void assert_blocks_when_full(const int s[2])
{
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "x", 1), 1);
	fill(s[0]);
	assert_blocks(p[0], s[0]);
	set_flag(s[0], O_NONBLOCK);
	assert_does_not_block(p[0], s[0]);
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
