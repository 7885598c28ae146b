/* SPDX-License-Identifier: MIT */
/* Listening and accepting, with what is in the way. */
#include "net/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct addr parse(const char *text)
{
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse(text, a, &why), 1);
	return a[0];
}

static int dial(const struct addr *a)
{
	int fd = socket(a->sa.sa_family, SOCK_STREAM, 0);

	if (connect(fd, &a->sa, a->len) < 0) {
		int error = errno;

		(void)close(fd);
		return -error;
	}
	return fd;
}

static void close_all(const int fds[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		(void)close(fds[i]);
}

TEST(threads_share_a_port)
{
	struct addr a = parse("127.0.0.1:0"), peer;
	char text[ADDR_TEXT_SIZE];
	struct pollfd polls[4];
	int fds[4], client, taken = -1;

	assert_int_equal(sock_listen(&a, fds, 4), 0);
	addr_text(&a, text);
	assert_string_not_equal(text, "127.0.0.1:0");
	client = dial(&a);
	assert_true(client >= 0);
	for (int i = 0; i < 4; i++)
		polls[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	assert_int_equal(poll(polls, 4, 1000), 1);
	for (int i = 0; i < 4; i++)
		if (polls[i].revents != 0)
			taken = sock_accept(fds[i], &peer);
	assert_true(taken >= 0);
	addr_host(&peer, text);
	assert_string_equal(text, "127.0.0.1");
	assert_int_equal(sock_accept(fds[0], NULL), -EAGAIN);
	close_all(fds, 4);
	(void)close(client);
	(void)close(taken);
}

TEST(a_listener_knows_how_many_wait)
{
	struct addr a = parse("127.0.0.1:0"), own = parse("unix:@queued");
	int fds[1], clients[3], unix_fds[1];

	assert_int_equal(sock_listen(&a, fds, 1), 0);
	assert_int_equal(sock_queued(fds[0]), 0);
	for (int i = 0; i < 3; i++) {
		clients[i] = dial(&a);
		assert_true(clients[i] >= 0);
		assert_int_equal(sock_queued(fds[0]), i + 1);
	}
	(void)close(sock_accept(fds[0], NULL));
	assert_int_equal(sock_queued(fds[0]), 2);
	close_all(clients, 3);
	close_all(fds, 1);
	assert_int_equal(sock_listen(&own, unix_fds, 1), 0);
	assert_true(sock_queued(unix_fds[0]) < 0);
	close_all(unix_fds, 1);
}

TEST(an_accepted_socket_is_as_we_want_it)
{
	struct addr a = parse("127.0.0.1:0");
	struct pollfd fd;
	socklen_t len = sizeof(int);
	int fds[1], client, taken, on = 0;

	assert_int_equal(sock_listen(&a, fds, 1), 0);
	client = dial(&a);
	fd = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	assert_int_equal(poll(&fd, 1, 1000), 1);
	taken = sock_accept(fds[0], NULL);
	assert_true(fcntl(taken, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(taken, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(getsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &on, &len),
			 0);
	assert_int_not_equal(on, 0);
	close_all(fds, 1);
	(void)close(client);
	(void)close(taken);
}

/* The kernel that is asked is our own: there is nothing to wait for. */
static void dial_here(const char *text)
{
	struct addr a = parse(text);
	int fds[1], fd, other;

	assert_int_equal(sock_listen(&a, fds, 1), 0);
	assert_int_equal(sock_dial(&a, &fd), 0);
	assert_true(fd >= 0);
	(void)close(fd);
	close_all(fds, 1);
	assert_int_equal(sock_dial(&a, &other), -ECONNREFUSED);
	assert_int_equal(other, -1);
}

TEST(this_machine_answers_at_once)
{
	dial_here("127.0.0.1:0");
	dial_here("127.1.2.3:0");
	dial_here("[::1]:0");
}

/* With SO_REUSEPORT a second server would bind, and get half the clients. */
TEST(a_port_in_use_is_said)
{
	struct addr a = parse("127.0.0.1:0"), b;
	int fds[2], other[2];

	assert_int_equal(sock_listen(&a, fds, 2), 0);
	b = a;
	assert_int_equal(sock_listen(&b, other, 2), -EADDRINUSE);
	close_all(fds, 2);
	assert_int_equal(sock_listen(&b, other, 2), 0);
	close_all(other, 2);
}

TEST(both_families_share_a_port_number)
{
	struct addr four = parse("0.0.0.0:0"), six = parse("[::]:0");
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)&four.storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)&six.storage;
	int a[1], b[1];

	assert_int_equal(sock_listen(&four, a, 1), 0);
	in6->sin6_port = in->sin_port;
	if (sock_listen(&six, b, 1) == -EAFNOSUPPORT) {
		close_all(a, 1);
		TEST_SKIP("no IPv6 here");
	}
	close_all(a, 1);
	close_all(b, 1);
}

TEST(unix_sockets_replace_only_what_nobody_answers)
{
	char path[64], text[80];
	struct addr a, b;
	int fds[2], other[1], client;

	(void)snprintf(path, sizeof(path), "/tmp/pour-test-%d.sock",
		       (int)getpid());
	(void)snprintf(text, sizeof(text), "unix:%s", path);
	a = b = parse(text);
	assert_int_equal(sock_listen(&a, fds, 2), 0);
	client = dial(&a);
	assert_true(client >= 0);
	(void)close(client);
	/* Somebody answers. */
	assert_int_equal(sock_listen(&b, other, 1), -EADDRINUSE);
	close_all(fds, 2);
	/* Nobody does: the file is stale. */
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(sock_listen(&b, other, 1), 0);
	close_all(other, 1);
	assert_int_equal(unlink(path), 0);
	/* A file that is no socket is nobody's to delete. */
	client = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(client >= 0);
	(void)close(client);
	assert_true(sock_listen(&b, other, 1) < 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
}

TEST(abstract_names_need_no_file)
{
	char text[64];
	struct addr a;
	int fds[1], client;

	(void)snprintf(text, sizeof(text), "unix:@pour-test-%d", (int)getpid());
	a = parse(text);
	assert_int_equal(sock_listen(&a, fds, 1), 0);
	client = dial(&a);
	assert_true(client >= 0);
	(void)close(client);
	close_all(fds, 1);
}

TEST_MAIN()
