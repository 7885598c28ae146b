/* SPDX-License-Identifier: MIT */
/*
 * A load for an HTTP server, from one thread: N connections that ask for the
 * same file again and again, and count every byte.
 *
 *      load [-1] [-f FILE] PORT PATH N SECONDS ──► requests seconds bytes
 *
 * The first answer is read closely: its length is that of all others. From
 * then on each answer must begin with HTTP/1.1 200 and have that length
 * exactly; with -f, each byte of its body must be the file's. Anything else
 * ends the run with a word. With -1 each request has a connection of its own,
 * which the server closes. Bodies are received into memory, as a client would.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

enum { CONNECTIONS_MAX = 1024, EVENTS = 256, BUFFER_SIZE = 1 << 20 };

struct connection {
	int fd;
	uint64_t got; /* bytes of the answer under way */
};

static char request[1024], buffer[BUFFER_SIZE + 1];
static size_t request_len;
static uint64_t head_len, answer_len, received;
static struct connection connections[CONNECTIONS_MAX];
static int epoll;
static uint16_t port;
static int one_each;     /* a connection a request */
static const char *body; /* what must come, or NULL */

static void ask(const struct connection *c)
{
	if (send(c->fd, request, request_len, MSG_NOSIGNAL) !=
	    (ssize_t)request_len)
		die("send");
}

/* ── The first answer ── */

static void read_head(void)
{
	const char *end = strstr(buffer, "\r\n\r\n");
	const char *field = strcasestr(buffer, "\r\nContent-Length:");

	if (end == NULL || field == NULL)
		die("the first answer has no Content-Length");
	head_len = (uint64_t)(end + 4 - buffer);
	answer_len = head_len + strtoull(field + 17, NULL, 10);
}

static void learn_length(void)
{
	struct connection c = { .fd = tool_dial(port) };
	uint64_t got = 0;

	ask(&c);
	do {
		ssize_t n = recv(c.fd, buffer, BUFFER_SIZE, 0);

		if (n <= 0)
			die("the first answer");
		buffer[n] = '\0';
		if (got == 0)
			read_head();
		got += (uint64_t)n;
	} while (got < answer_len);
	(void)close(c.fd);
}

static void expect(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	if ((uint64_t)st.st_size != answer_len - head_len)
		die("the body is not as long as the file");
	body = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (body == MAP_FAILED)
		die(path);
	(void)close(fd);
}

/* ── Every answer ── */

/* Bytes of an answer, from c->got on. */
static void check(const struct connection *c, uint64_t n)
{
	uint64_t skip = c->got < head_len ? head_len - c->got : 0;

	if (c->got == 0 && memcmp(buffer, "HTTP/1.1 200", 12) != 0)
		die("an answer is no 200");
	if (c->got + n > answer_len)
		die("an answer is longer than the first");
	if (body != NULL && skip < n &&
	    memcmp(buffer + skip, body + (c->got + skip - head_len),
		   (size_t)(n - skip)) != 0)
		die("a body is not the file");
}

static void begin(struct connection *c)
{
	c->fd = tool_dial(port);
	c->got = 0;
	ask(c);
	tool_no_block(c->fd);
	tool_watch(epoll, c->fd, EPOLLIN, c);
}

static unsigned closed(struct connection *c)
{
	if (!one_each || c->got < answer_len)
		die("the server closed");
	(void)close(c->fd);
	begin(c);
	return 1;
}

/* 1 when an answer is whole, and the next request is on its way. */
static unsigned receive(struct connection *c)
{
	ssize_t n = recv(c->fd, buffer, BUFFER_SIZE, 0);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n < 0)
		die("recv");
	if (n == 0)
		return closed(c);
	check(c, (uint64_t)n);
	c->got += (uint64_t)n;
	received += (uint64_t)n;
	if (c->got < answer_len || one_each)
		return 0;
	c->got = 0;
	ask(c);
	return 1;
}

static void run(double seconds)
{
	struct epoll_event events[EVENTS];
	uint64_t requests = 0;
	double start = tool_now(), end = start;

	while (end - start < seconds) {
		int n = epoll_wait(epoll, events, EVENTS, 1000);

		for (int i = 0; i < n; i++)
			requests += receive(events[i].data.ptr);
		end = tool_now();
	}
	(void)printf("%" PRIu64 " %.6f %" PRIu64 "\n", requests, end - start,
		     received);
}

static void compose(const char *path)
{
	int len = snprintf(request, sizeof(request),
			   "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			   "User-Agent: load\r\nAccept: */*\r\n%s\r\n",
			   path, one_each ? "Connection: close\r\n" : "");

	if (len < 0 || (size_t)len >= sizeof(request))
		die("the path is too long");
	request_len = (size_t)len;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: load [-1] [-f FILE] PORT PATH "
			      "CONNECTIONS SECONDS\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	unsigned n;
	int option;

	while ((option = getopt(argc, argv, "1f:")) != -1) {
		if (option == '1')
			one_each = 1;
		else if (option == 'f')
			file = optarg;
		else
			return usage();
	}
	argv += optind;
	n = argc - optind == 4 ? (unsigned)atoi(argv[2]) : 0;
	if (n == 0 || n > CONNECTIONS_MAX)
		return usage();
	port = (uint16_t)atoi(argv[0]);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	compose(argv[1]);
	learn_length();
	if (file != NULL)
		expect(file);
	for (unsigned i = 0; i < n; i++)
		begin(&connections[i]);
	run(atof(argv[3]));
	return 0;
}
