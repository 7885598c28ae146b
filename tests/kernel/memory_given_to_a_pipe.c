/* SPDX-License-Identifier: MIT */
/*
 * Fact: vmsplice() to what is no pipe is EBADF; to a full pipe it blocks
 * whatever O_NONBLOCK says, unless SPLICE_F_NONBLOCK is given; and a reader
 * may see what was written to the memory after the call, or a copy, and
 * nothing says which. So memory that is used again is not given away
 * (vmsplice(2)).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>

#include "kit.h"

static char page[4096] __attribute__((aligned(4096)));
static const struct iovec all = { .iov_base = page, .iov_len = sizeof(page) };

TEST(case53_memory_goes_to_pipes_alone)
{
	int file = memory_file(""), s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
	assert_int_equal(vmsplice(file, &all, 1, 0), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(vmsplice(s[0], &all, 1, 0), -1);
	assert_int_equal(errno, EBADF);
	(void)close(file);
	close_pair(s);
}

TEST(case53_a_reader_may_see_a_later_change)
{
	static char buf[sizeof(page)];
	int p[2];

	memset(page, 'a', sizeof(page));
	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(vmsplice(p[1], &all, 1, SPLICE_F_NONBLOCK),
			 sizeof(page));
	memset(page, 'b', sizeof(page));
	assert_int_equal(read(p[0], buf, sizeof(buf)), sizeof(buf));
	assert_true(buf[0] == 'a' || buf[0] == 'b');
	printf("  the memory was %s\n", buf[0] == 'a' ? "copied" : "shared");
	close_pair(p);
}

static void fill(int pipe)
{
	while (vmsplice(pipe, &all, 1, SPLICE_F_NONBLOCK) > 0)
		continue;
	assert_int_equal(errno, EAGAIN);
}

TEST(case54_a_full_pipe_says_eagain_to_its_own_flag)
{
	int p[2];

	assert_int_equal(pipe2(p, 0), 0);
	fill(p[1]);
	close_pair(p);
}

TEST(case54_the_flag_of_the_pipe_may_not_count)
{
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	fill(p[1]);
	interrupt_often();
	assert_int_equal(vmsplice(p[1], &all, 1, 0), -1);
	assert_true(errno == EINTR || errno == EAGAIN);
	printf("  O_NONBLOCK was %s\n", errno == EINTR ? "ignored" : "heeded");
	close_pair(p);
}

TEST_MAIN()
