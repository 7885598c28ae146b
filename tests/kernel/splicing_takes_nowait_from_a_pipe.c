/* SPDX-License-Identifier: MIT */
/*
 * Fact: a pipe that splice() was used on answers RWF_NOWAIT with EOPNOTSUPP
 * ever after, where it did serve it before (pipe_clear_nowait() in
 * fs/splice.c); rings lose their fast path by it. So splice() can be left out
 * of a plan.
 */
#include <errno.h>
#include <sys/uio.h>

#include "kit.h"

static ssize_t read_nowait(int fd)
{
	char byte;
	struct iovec v = { &byte, 1 };

	return preadv2(fd, &v, 1, -1, RWF_NOWAIT);
}

TEST(case47_a_spliced_pipe_serves_nowait_no_more)
{
	int a[2], b[2];

	assert_int_equal(pipe(a) | pipe(b), 0);
	assert_int_equal(write(a[1], "abc", 3), 3);
	if (read_nowait(a[0]) != 1) {
		close_pair(a);
		close_pair(b);
		TEST_SKIP("pipes do not know RWF_NOWAIT here");
	}
	assert_int_equal(splice(a[0], NULL, b[1], NULL, 1, 0), 1);
	assert_int_equal(read_nowait(a[0]), -1);
	assert_int_equal(errno, EOPNOTSUPP);
	close_pair(a);
	close_pair(b);
}

TEST_MAIN()
