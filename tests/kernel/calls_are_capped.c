/* SPDX-License-Identifier: MIT */
/*
 * Fact: one call moves at most 0x7ffff000 bytes and does not say that there is
 * more (sendfile(2)); a length past SSIZE_MAX is EINVAL to sendfile() and,
 * since about 6.8, to splice(), and EOVERFLOW to a copy_file_range() whose end
 * wraps. So calls are capped, and repeated until they answer 0.
 */
#include <errno.h>
#include <limits.h>
#include <sys/sendfile.h>

#include "kit.h"

static const size_t most = 0x7ffff000;

TEST(case09_one_call_moves_less_than_two_gib)
{
	int src = memory_file(""), null = open("/dev/null", O_WRONLY);
	off_t at = 0;

	assert_int_equal(ftruncate(src, (off_t)most + 5000), 0);
	assert_int_equal(sendfile(null, src, &at, most + 5000), most);
	assert_int_equal(at, most);
	assert_int_equal(sendfile(null, src, &at, most), 5000);
	assert_int_equal(sendfile(null, src, &at, most), 0);
	(void)close(src);
	(void)close(null);
}

TEST(case33_a_length_past_the_signed_ones_is_refused)
{
	int src = memory_file("hello"), p[2];
	off_t at = 0;
	ssize_t n;

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	n = splice(src, &at, p[1], NULL, SIZE_MAX, 0);
	assert_true(n == 5 || (n == -1 && errno == EINVAL));
	at = 0;
	assert_int_equal(splice(src, &at, p[1], NULL, SSIZE_MAX, 0), 5);
	at = 0;
	assert_int_equal(sendfile(p[1], src, &at, SIZE_MAX), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sendfile(p[1], src, &at, SSIZE_MAX), 5);
	(void)close(src);
	close_pair(p);
}

TEST(case08_a_range_that_wraps_is_refused)
{
	int src = memory_file("hello"), dst = memory_file("");
	off_t in = 1, out = 0;

	assert_int_equal(copy_file_range(src, &in, dst, &out, SIZE_MAX, 0), -1);
	assert_int_equal(errno, EOVERFLOW);
	assert_int_equal(copy_file_range(src, &in, dst, &out, SSIZE_MAX, 0), 4);
	(void)close(src);
	(void)close(dst);
}

TEST_MAIN()
