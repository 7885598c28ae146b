/* SPDX-License-Identifier: MIT */
/*
 * Fact: splice() from a TCP socket stops before an urgent byte and does not
 * pass it, while recv() skips it. At the mark a non-blocking socket says
 * EAGAIN though poll() says readable; a blocking one says 0; and once the peer
 * has closed, both say 0 with bytes behind the mark (tcp_splice_read()). So
 * SIOCATMARK is asked, or recv(), before EAGAIN is waited upon and before a 0
 * is taken for the end. SO_OOBINLINE does not help.
 *
 *      abc │ ! │ def │ FIN         splice(): abc, 0, 0, …
 *          └─ the mark             recv():   abc, def, 0
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>

#include "kit.h"

static ssize_t splice_into(const int p[2], int s)
{
	return splice(s, NULL, p[1], NULL, 65536, SPLICE_F_NONBLOCK);
}

static void wait_for(int s, short event)
{
	struct pollfd wanted = { .fd = s, .events = event };

	assert_int_equal(poll(&wanted, 1, -1), 1);
	assert_true(wanted.revents & event);
}

/* A pair with "abc", an urgent byte and "def" there, spliced to the mark. */
static void stop_at_the_mark(int s[2], int p[2])
{
	char buf[16];
	int at = 0;

	tcp_pair(s);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	set_flag(s[1], O_NONBLOCK);
	assert_int_equal(send(s[0], "abc", 3, 0), 3);
	assert_int_equal(send(s[0], "!", 1, MSG_OOB), 1);
	assert_int_equal(send(s[0], "def", 3, 0), 3);
	wait_for(s[1], POLLPRI);
	assert_int_equal(splice_into(p, s[1]), 3);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 3);
	assert_int_equal(ioctl(s[1], SIOCATMARK, &at), 0);
	assert_int_equal(at, 1);
}

static void assert_recv_goes_on(int s)
{
	char buf[16];

	while (recv(s, buf, sizeof(buf), MSG_PEEK) < 0)
		(void)usleep(1000);
	assert_int_equal(recv(s, buf, sizeof(buf), 0), 3);
	assert_memory_equal(buf, "def", 3);
}

TEST(oob_splice_says_eagain_at_the_mark_though_readable)
{
	int s[2], p[2];
	char buf[16];

	stop_at_the_mark(s, p);
	for (int i = 0; i < 3; i++) {
		wait_for(s[1], POLLIN);
		assert_int_equal(splice_into(p, s[1]), -1);
		assert_int_equal(errno, EAGAIN);
	}
	assert_recv_goes_on(s[1]);
	assert_int_equal(send(s[0], "ghi", 3, 0), 3);
	wait_for_bytes(s[1], 3);
	assert_int_equal(splice_into(p, s[1]), 3);
	assert_int_equal(read(p[0], buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "ghi", 3);
	close_pair(s);
	close_pair(p);
}

TEST(oob_with_a_fin_behind_the_mark_splice_says_0_and_recv_goes_on)
{
	int s[2], p[2];
	char byte;

	stop_at_the_mark(s, p);
	assert_int_equal(shutdown(s[0], SHUT_WR), 0);
	wait_for(s[1], POLLRDHUP);
	assert_int_equal(splice_into(p, s[1]), 0);
	assert_int_equal(splice_into(p, s[1]), 0);
	assert_recv_goes_on(s[1]);
	assert_int_equal(splice_into(p, s[1]), 0);
	assert_int_equal(recv(s[1], &byte, 1, 0), 0);
	close_pair(s);
	close_pair(p);
}

TEST(oob_at_the_mark_a_blocking_socket_says_0)
{
	int s[2], p[2], flags;

	stop_at_the_mark(s, p);
	flags = fcntl(s[1], F_GETFL);
	assert_int_equal(fcntl(s[1], F_SETFL, flags & ~O_NONBLOCK), 0);
	assert_int_equal(splice_into(p, s[1]), 0);
	assert_recv_goes_on(s[1]);
	close_pair(s);
	close_pair(p);
}

TEST(oob_in_line_does_not_help_splice)
{
	int s[2], p[2], on = 1;
	char buf[16];

	tcp_pair(s);
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	set_flag(s[1], O_NONBLOCK);
	assert_int_equal(
		setsockopt(s[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)), 0);
	assert_int_equal(send(s[0], "abc", 3, 0), 3);
	assert_int_equal(send(s[0], "!", 1, MSG_OOB), 1);
	assert_int_equal(send(s[0], "def", 3, 0), 3);
	assert_int_equal(shutdown(s[0], SHUT_WR), 0);
	wait_for(s[1], POLLRDHUP);
	assert_int_equal(splice_into(p, s[1]), 3);
	assert_int_equal(splice_into(p, s[1]), 0);
	assert_int_equal(recv(s[1], buf, sizeof(buf), 0), 4);
	assert_memory_equal(buf, "!def", 4);
	close_pair(s);
	close_pair(p);
}

TEST_MAIN()
