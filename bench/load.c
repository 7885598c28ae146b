/* SPDX-License-Identifier: MIT */
/*
 * A load for an HTTP server, from one thread: N connections that ask for the
 * same file again and again, and count every byte.
 *
 *      load PORT PATH CONNECTIONS SECONDS ──► requests seconds bytes
 *
 * The first answer is read closely: its length is that of all others. From
 * then on each answer must begin with HTTP/1.1 200 and have that length
 * exactly; anything else ends the run with a word. Bodies are received into
 * memory, as a client would.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 1024, EVENTS = 256, BUFFER_SIZE = 1 << 20 };

struct connection {
	int fd;
	uint64_t got; /* bytes of the answer under way */
};

static char request[1024], buffer[BUFFER_SIZE + 1];
static size_t request_len;
static uint64_t answer_len;
static struct connection connections[CONNECTIONS_MAX];

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(uint16_t port)
{
	const struct sockaddr_in a = { .sin_family = AF_INET,
				       .sin_port = htons(port),
				       .sin_addr.s_addr = htonl(
					       INADDR_LOOPBACK) };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		die("connect");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void ask(const struct connection *c)
{
	if (send(c->fd, request, request_len, MSG_NOSIGNAL) !=
	    (ssize_t)request_len)
		die("send");
}

/* The first answer: how long all of them are. */
static void learn_length(const struct connection *c)
{
	uint64_t got = 0, len = 1;

	ask(c);
	while (got < len) {
		ssize_t n = recv(c->fd, buffer, BUFFER_SIZE, 0);
		const char *end, *field;

		if (n <= 0)
			die("the first answer");
		buffer[n] = '\0';
		if (got == 0) {
			end = strstr(buffer, "\r\n\r\n");
			field = strcasestr(buffer, "\r\nContent-Length:");
			if (end == NULL || field == NULL)
				die("the first answer has no Content-Length");
			len = (uint64_t)(end + 4 - buffer) +
			      strtoull(field + 17, NULL, 10);
		}
		got += (uint64_t)n;
	}
	answer_len = len;
}

/* Bytes of an answer, and the next request when it is whole. */
static unsigned receive(struct connection *c)
{
	ssize_t n = recv(c->fd, buffer, BUFFER_SIZE, 0);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		die("the server closed");
	if (c->got == 0 && memcmp(buffer, "HTTP/1.1 200", 12) != 0)
		die("an answer is no 200");
	c->got += (uint64_t)n;
	if (c->got > answer_len)
		die("an answer is longer than the first");
	if (c->got < answer_len)
		return 0;
	c->got = 0;
	ask(c);
	return 1;
}

static void open_all(int epoll, uint16_t port, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct connection *c = &connections[i];
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

		c->fd = dial(port);
		if (i == 0)
			learn_length(c);
		if (fcntl(c->fd, F_SETFL, O_NONBLOCK) < 0 ||
		    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0)
			die("epoll");
	}
	for (unsigned i = 0; i < n; i++)
		ask(&connections[i]);
}

static void run(int epoll, double seconds)
{
	struct epoll_event events[EVENTS];
	uint64_t requests = 0;
	double start = now(), end = start;

	while (end - start < seconds) {
		int n = epoll_wait(epoll, events, EVENTS, 1000);

		for (int i = 0; i < n; i++)
			requests += receive(events[i].data.ptr);
		end = now();
	}
	(void)printf("%" PRIu64 " %.6f %" PRIu64 "\n", requests, end - start,
		     requests * answer_len);
}

int main(int argc, char **argv)
{
	unsigned n = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	int len;

	if (n == 0 || n > CONNECTIONS_MAX) {
		(void)fprintf(stderr,
			      "usage: load PORT PATH CONNECTIONS SECONDS\n");
		return 2;
	}
	len = snprintf(request, sizeof(request),
		       "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		       "User-Agent: load\r\nAccept: */*\r\n\r\n",
		       argv[2]);
	if (len < 0 || (size_t)len >= sizeof(request))
		return 2;
	request_len = (size_t)len;
	open_all(epoll, (uint16_t)atoi(argv[1]), n);
	run(epoll, atof(argv[4]));
	return 0;
}
