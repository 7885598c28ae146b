/* SPDX-License-Identifier: MIT */
/* Which sockets a cork is for. */
#include "net/cork.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

static int tcp_under(const char *control)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control,
		       (socklen_t)strlen(control)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

TEST(it_pays_where_acknowledgements_decide)
{
	int fd = tcp_under("reno");

	assert_true(fd >= 0);
	assert_true(cork_pays(fd));
	assert_int_equal(close(fd), 0);
}

TEST(it_does_not_under_bbr)
{
	int fd = tcp_under("bbr");

	if (fd < 0)
		TEST_SKIP("no bbr here, or not for this user");
	assert_false(cork_pays(fd));
	assert_int_equal(close(fd), 0);
}

TEST(it_does_not_where_there_are_no_segments)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_false(cork_pays(fd));
	assert_int_equal(close(fd), 0);
}

TEST(it_is_set_and_taken_off)
{
	int fd = tcp_under("reno"), on = 0;
	socklen_t len = sizeof(on);

	cork_set(fd, true);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, &len), 0);
	assert_int_equal(on, 1);
	cork_set(fd, false);
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, &len), 0);
	assert_int_equal(on, 0);
	assert_int_equal(close(fd), 0);
}

TEST_MAIN()
