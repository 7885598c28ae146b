/* SPDX-License-Identifier: MIT */
/*
 * Fact: between two pipes O_NONBLOCK on either one counts for both; between a
 * file and a pipe only the pipe's counts (do_splice() in fs/splice.c). So
 * EAGAIN may come from an end that was left blocking.
 */
#include <errno.h>

#include "kit.h"

static void fill(int pipe)
{
	static const char bytes[4096];
	int flags = fcntl(pipe, F_GETFL);

	set_flag(pipe, O_NONBLOCK);
	while (write(pipe, bytes, sizeof(bytes)) > 0)
		continue;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(pipe, F_SETFL, flags), 0);
}

TEST(case25_a_blocking_empty_pipe_says_eagain)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, 0) + pipe2(out, O_NONBLOCK), 0);
	assert_int_equal(splice(in[0], NULL, out[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close_pair(in);
	close_pair(out);
}

TEST(case25_a_blocking_full_pipe_says_eagain)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_NONBLOCK) + pipe2(out, 0), 0);
	assert_int_equal(write(in[1], "x", 1), 1);
	fill(out[1]);
	assert_int_equal(splice(in[0], NULL, out[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close_pair(in);
	close_pair(out);
}

TEST(case25_without_the_flag_both_block)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, 0) + pipe2(out, 0), 0);
	interrupt_often();
	assert_int_equal(splice(in[0], NULL, out[1], NULL, 1, 0), -1);
	assert_int_equal(errno, EINTR);
	close_pair(in);
	close_pair(out);
}

TEST(case25_a_file_does_not_count)
{
	int file = memory_file("hello"), p[2];

	set_flag(file, O_NONBLOCK);
	assert_int_equal(pipe2(p, 0), 0);
	fill(p[1]);
	interrupt_often();
	assert_int_equal(splice(file, NULL, p[1], NULL, 5, 0), -1);
	assert_int_equal(errno, EINTR);
	set_flag(p[1], O_NONBLOCK);
	assert_int_equal(splice(file, NULL, p[1], NULL, 5, 0), -1);
	assert_int_equal(errno, EAGAIN);
	(void)close(file);
	close_pair(p);
}

TEST_MAIN()
