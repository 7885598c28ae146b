/* SPDX-License-Identifier: MIT */
/*
 * Fact: /dev/full cannot be spliced to (EINVAL), and only write() says ENOSPC;
 * /dev/null takes everything and gives nothing, not even an end of file, to
 * splice(). So after EINVAL the error that counts is the one of write().
 */
#include <errno.h>
#include <sys/sendfile.h>

#include "kit.h"

TEST(case41_a_full_device_says_why_to_write_alone)
{
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);
	int src = memory_file("hello"), p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "hello", 5), 5);
	assert_int_equal(splice(p[0], NULL, full, NULL, 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sendfile(full, src, NULL, 5), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(write(full, "hello", 5), -1);
	assert_int_equal(errno, ENOSPC);
	(void)close(full);
	(void)close(src);
	close_pair(p);
}

TEST(case41_null_is_a_sink_and_no_source)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), p[2];
	char byte;

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	assert_int_equal(write(p[1], "hello", 5), 5);
	assert_int_equal(splice(p[0], NULL, null, NULL, 5, 0), 5);
	assert_int_equal(splice(null, NULL, p[1], NULL, 5, 0), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(read(null, &byte, 1), 0);
	(void)close(null);
	close_pair(p);
}

TEST_MAIN()
