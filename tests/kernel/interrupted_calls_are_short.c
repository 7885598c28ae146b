/* SPDX-License-Identifier: MIT */
/*
 * Fact: a signal ends a blocking sendfile() or splice() with the count of what
 * went, and with EINTR only when nothing did; a time-out of the socket does the
 * same with EAGAIN. So a short count tells no reason, and EAGAIN from a socket
 * without O_NONBLOCK is a time-out and nothing to wait for (socket(7)).
 */
#include <errno.h>
#include <sys/sendfile.h>

#include "kit.h"

enum {
	FILE_BYTES = 64 << 20,
};

/* What goes first is short; what goes next is nothing, and `why`. */
static void assert_short_then(int s, int why)
{
	int fd = memory_file("");
	off_t at = 0;
	ssize_t n, sent = 0;

	assert_int_equal(ftruncate(fd, FILE_BYTES), 0);
	n = sendfile(s, fd, &at, FILE_BYTES);
	assert_true(n > 0 && n < FILE_BYTES);
	for (; n > 0; n = sendfile(s, fd, &at, FILE_BYTES))
		sent += n;
	assert_int_equal(n, -1);
	assert_int_equal(errno, why);
	assert_int_equal(at, sent);
	(void)close(fd);
}

static void give_up_soon(int s, int which)
{
	const struct timeval soon = { .tv_usec = 50000 };

	assert_int_equal(setsockopt(s, SOL_SOCKET, which, &soon, sizeof(soon)),
			 0);
}

TEST(case61_an_interrupted_sendfile_is_short)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	interrupt_often();
	assert_short_then(s[0], EINTR);
	close_pair(s);
}

TEST(case61_an_interrupted_sendfile_to_tcp_is_short)
{
	int s[2];

	tcp_pair(s);
	interrupt_often();
	assert_short_then(s[0], EINTR);
	close_pair(s);
}

TEST(case61_an_interrupted_splice_says_eintr_when_nothing_went)
{
	int s[2], p[2];

	tcp_pair(s);
	assert_int_equal(pipe2(p, 0), 0);
	interrupt_often();
	assert_int_equal(splice(s[0], NULL, p[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EINTR);
	close_pair(s);
	close_pair(p);
}

TEST(case62_a_time_out_of_sending_says_eagain)
{
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	give_up_soon(s[0], SO_SNDTIMEO);
	assert_short_then(s[0], EAGAIN);
	close_pair(s);
}

TEST(case62_a_time_out_of_sending_to_tcp_says_eagain)
{
	int s[2];

	tcp_pair(s);
	give_up_soon(s[0], SO_SNDTIMEO);
	assert_short_then(s[0], EAGAIN);
	close_pair(s);
}

TEST(case62_a_time_out_of_receiving_says_eagain)
{
	int s[2], p[2];

	tcp_pair(s);
	assert_int_equal(pipe2(p, 0), 0);
	give_up_soon(s[0], SO_RCVTIMEO);
	assert_int_equal(splice(s[0], NULL, p[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close_pair(s);
	close_pair(p);
}

TEST_MAIN()
