/* SPDX-License-Identifier: MIT */
/*
 * Fact: when splice() out of a pipe fails, what did not leave is still in the
 * pipe and can be read. So nothing is lost when a destination fails half-way.
 */
#include <errno.h>
#include <sys/resource.h>

#include "kit.h"

static void assert_pipe_holds(const int p[2], const char *text)
{
	char buf[64];
	ssize_t n = read(p[0], buf, sizeof(buf));

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, strlen(text));
	close_pair(p);
}

static void pipe_with(int p[2], const char *text)
{
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], text, strlen(text)), strlen(text));
}

TEST(case28_what_did_not_leave_can_be_read)
{
	int s[2], p[2];

	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	pipe_with(p, "rescue");
	(void)close(s[1]);
	assert_int_equal(splice(p[0], NULL, s[0], NULL, 6, SPLICE_F_NONBLOCK),
			 -1);
	assert_int_equal(errno, EPIPE);
	assert_pipe_holds(p, "rescue");
	(void)close(s[0]);
}

TEST(case28_a_reset_leaves_all_of_it)
{
	const struct linger none = { .l_onoff = 1 };
	int s[2], p[2];

	tcp_pair(s);
	pipe_with(p, "rescue");
	assert_int_equal(
		setsockopt(s[1], SOL_SOCKET, SO_LINGER, &none, sizeof(none)),
		0);
	(void)close(s[1]);
	assert_int_equal(splice(p[0], NULL, s[0], NULL, 6, SPLICE_F_NONBLOCK),
			 -1);
	assert_int_equal(errno, ECONNRESET);
	assert_pipe_holds(p, "rescue");
	(void)close(s[0]);
}

TEST(case28_a_file_at_its_limit_leaves_the_rest)
{
	const struct rlimit four = { 4, 4 };
	int dst = disk_file(), p[2];

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &four), 0);
	pipe_with(p, "rescue");
	assert_int_equal(splice(p[0], NULL, dst, NULL, 6, 0), 4);
	assert_int_equal(splice(p[0], NULL, dst, NULL, 2, 0), -1);
	assert_int_equal(errno, EFBIG);
	assert_pipe_holds(p, "ue");
	(void)close(dst);
}

TEST_MAIN()
