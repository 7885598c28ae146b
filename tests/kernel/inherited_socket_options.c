/* SPDX-License-Identifier: MIT */
/*
 * Fact: a socket that accept4() returns has TCP_NODELAY when the listener has
 * it, so it is set once and not for each connection.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

TEST(nodelay_is_inherited)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a), size = sizeof(int);
	int l = socket(AF_INET, SOCK_STREAM, 0), c, fd, on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(setsockopt(l, IPPROTO_TCP, TCP_NODELAY, &on, size), 0);
	assert_int_equal(bind(l, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &len), 0);
	c = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(c, (struct sockaddr *)&a, len), 0);
	fd = accept(l, NULL, NULL);
	on = 0;
	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &size),
			 0);
	assert_int_not_equal(on, 0);
	(void)close(l);
	(void)close(c);
	(void)close(fd);
}

TEST_MAIN()
