/* SPDX-License-Identifier: MIT */
/*
 * Fact: F_SETPIPE_SZ rounds up to a power of two of pages, refuses to shrink
 * below what is in the pipe (EBUSY), and gives an unprivileged user no more than
 * pipe-max-size (EPERM). So the size is asked for and then read back (fcntl(2)).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "test.h"

TEST(a_size_is_rounded_up)
{
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_true(fcntl(p[1], F_SETPIPE_SZ, 5000) >= 5000);
	assert_int_equal(fcntl(p[1], F_GETPIPE_SZ) % sysconf(_SC_PAGESIZE), 0);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST(a_pipe_does_not_shrink_below_its_bytes)
{
	static const char bytes[20000];
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], bytes, sizeof(bytes)), sizeof(bytes));
	assert_int_equal(fcntl(p[1], F_SETPIPE_SZ, 4096), -1);
	assert_int_equal(errno, EBUSY);
	(void)close(p[0]);
	(void)close(p[1]);
}

TEST_MAIN()
