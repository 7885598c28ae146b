/* SPDX-License-Identifier: MIT */
/* Ports of this machine, for the small programs: see tool.h. */
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

void die(const char *what)
{
	(void)fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name,
		      what, strerror(errno));
	exit(1);
}

double tool_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sockaddr_in here(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(
					     INADDR_LOOPBACK) };
}

static void no_delay(int fd)
{
	const int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int tool_dial(uint16_t port)
{
	const struct sockaddr_in a = here(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		die("connect");
	no_delay(fd);
	return fd;
}

int tool_listen(uint16_t port)
{
	const struct sockaddr_in a = here(port);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, SOMAXCONN) < 0)
		die("listen");
	return fd;
}

int tool_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
		die("accept");
	if (fd >= 0)
		no_delay(fd);
	return fd;
}

void tool_no_block(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die("fcntl");
}

static void control(int epoll, int op, int fd, struct epoll_event e)
{
	if (epoll_ctl(epoll, op, fd, &e) < 0)
		die("epoll_ctl");
}

void tool_watch(int epoll, int fd, uint32_t events, void *context)
{
	control(epoll, EPOLL_CTL_ADD, fd,
		(struct epoll_event){ .events = events, .data.ptr = context });
}

void tool_rewatch(int epoll, int fd, uint32_t events, void *context)
{
	control(epoll, EPOLL_CTL_MOD, fd,
		(struct epoll_event){ .events = events, .data.ptr = context });
}
