/* SPDX-License-Identifier: MIT */
/* Who gets as much of the kernel's memory as he can use, and who does not. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/sock.h"
#include "server.h"
#include "test.h"

enum { DESCRIPTORS = 256, LARGE = (1 << 20) + 1 };

static char buf[2048];

/* The server's end of that connection; it is in this process. */
static int other_end(int fd)
{
	struct sockaddr_in own, peer;
	socklen_t len = sizeof(own);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &len), 0);
	for (int i = 0; i < DESCRIPTORS; i++) {
		len = sizeof(peer);
		if (getpeername(i, (struct sockaddr *)&peer, &len) == 0 &&
		    peer.sin_family == AF_INET && peer.sin_port == own.sin_port)
			return i;
	}
	fail_msg("nobody is at the other end");
	return -1;
}

static int bound_of(int fd)
{
	int bytes = -1;
	socklen_t len = sizeof(bytes);

	assert_int_equal(getsockopt(other_end(fd), IPPROTO_TCP,
				    TCP_NOTSENT_LOWAT, &bytes, &len),
			 0);
	return bytes;
}

static void get(int fd, const char *request, uint64_t body)
{
	uint64_t n;

	client_say(fd, request);
	n = client_read(fd, "\r\n\r\n", buf, sizeof(buf));
	n -= (uint64_t)(strstr(buf, "\r\n\r\n") + 4 - buf);
	while (n < body) {
		ssize_t r = recv(fd, buf, sizeof(buf), 0);

		assert_true(r > 0);
		n += (uint64_t)r;
	}
	assert_true(n == body);
}

/* A body that leaves without ever waiting counts as one that had to. */
TEST(who_takes_much_quickly_is_trusted)
{
	struct server *s = server_new();
	int fd;

	tree_sparse(&s->tree, "large", LARGE);
	tree_file(&s->tree, "small", "x");
	server_start(s);
	fd = client_open(s);
	get(fd, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", 1);
	assert_int_equal(bound_of(fd), SOCK_READY_BYTES);
	get(fd, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", LARGE);
	/* The next answer comes after the end of the one before. */
	get(fd, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n", 1);
	assert_int_equal(bound_of(fd), 0);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

TEST_MAIN()
