/* SPDX-License-Identifier: MIT */
/*
 * Fact: tee() duplicates as many slots as the other pipe has free, and says how
 * many bytes that were; with none free it is EAGAIN. It consumes nothing, and a
 * next call starts at the front again. So the source is consumed by what the
 * shortest of the outputs got (tee(2)).
 */
#include <errno.h>

#include "kit.h"

TEST(case52_tee_is_short_in_a_full_pipe)
{
	int page = (int)sysconf(_SC_PAGESIZE), in[2], out[2];
	char buf[64];

	assert_int_equal(pipe2(in, O_NONBLOCK | O_DIRECT), 0);
	assert_int_equal(pipe2(out, O_NONBLOCK), 0);
	assert_int_equal(fcntl(out[1], F_SETPIPE_SZ, page), page);
	for (int i = 0; i < 8; i++)
		assert_int_equal(write(in[1], "x", 1), 1);
	assert_int_equal(tee(in[0], out[1], 65536, SPLICE_F_NONBLOCK), 1);
	assert_int_equal(tee(in[0], out[1], 65536, SPLICE_F_NONBLOCK), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(read(out[0], buf, sizeof(buf)), 1);
	for (int i = 0; i < 8; i++)
		assert_int_equal(read(in[0], buf, sizeof(buf)), 1);
	close_pair(in);
	close_pair(out);
}

TEST(case52_tee_starts_at_the_front_again)
{
	int in[2], out[2];
	char buf[64];

	assert_int_equal(pipe2(in, O_NONBLOCK) + pipe2(out, O_NONBLOCK), 0);
	assert_int_equal(write(in[1], "abcd", 4), 4);
	assert_int_equal(tee(in[0], out[1], 3, SPLICE_F_NONBLOCK), 3);
	assert_int_equal(tee(in[0], out[1], 2, SPLICE_F_NONBLOCK), 2);
	assert_int_equal(read(out[0], buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "abcab", 5);
	assert_int_equal(read(in[0], buf, sizeof(buf)), 4);
	close_pair(in);
	close_pair(out);
}

TEST(case52_tee_wants_two_pipes)
{
	int file = memory_file("hello"), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(tee(file, p[1], 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(tee(p[0], p[1], 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	(void)close(file);
	close_pair(p);
}

TEST_MAIN()
