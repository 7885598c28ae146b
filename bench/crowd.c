/* SPDX-License-Identifier: MIT */
/*
 * Both sides of a TCP proxy, one thread each: who answers, and crowds that come.
 *
 *      crowd listen               ──► its port; sends back what it gets
 *      crowd churn PORT N AT_ONCE ──► N conversations, so many at a time
 *      crowd hold PORT N          ──► N at once; "ready"; after a line of
 *                                     input each talks again, and leaves
 *
 * A conversation says a number of its own and must hear that, all of it and
 * nothing else; anything else ends the run with a word. Of eight that churn
 * one is reset, one is half closed first, and the others are just closed.
 * Clients come from a hundred addresses, so that ports suffice.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { EVENTS = 256, SOURCES = 100, PEERS_MAX = 20000 };

/* What a peer does next when its descriptor is ready. */
enum state { CONNECTING, LISTENING, ENDING };

struct peer {
	int fd;
	enum state state;
	uint64_t number;
	size_t heard; /* bytes of it that came back */
};

static int epoll_fd;
static struct peer peers[PEERS_MAX];

static _Noreturn void die(const char *what)
{
	(void)fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void watch(int fd, uint32_t events, uint64_t what, int op)
{
	struct epoll_event e = { .events = events, .data.u64 = what };

	if (epoll_ctl(epoll_fd, op, fd, &e) < 0)
		die("epoll_ctl");
}

/* ── Who answers ── */

static int open_listener(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(fd, 4096) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		die("listen");
	(void)printf("%u\n", ntohs(a.sin_port));
	(void)fflush(stdout);
	return fd;
}

static void accept_all(int listener)
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		watch(fd, EPOLLIN, (uint64_t)fd, EPOLL_CTL_ADD);
	if (errno != EAGAIN && errno != ECONNABORTED)
		die("accept");
}

/* Closed when the other side is through, however. */
static void answer(int fd)
{
	char bytes[64];
	ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || send(fd, bytes, (size_t)n, MSG_NOSIGNAL) != n)
		(void)close(fd);
}

/* Until its input ends. */
static int listen_on(void)
{
	int listener = open_listener();
	struct epoll_event events[EVENTS];

	watch(listener, EPOLLIN, (uint64_t)listener, EPOLL_CTL_ADD);
	watch(STDIN_FILENO, EPOLLIN, STDIN_FILENO, EPOLL_CTL_ADD);
	for (;;) {
		int n = epoll_wait(epoll_fd, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			int fd = (int)events[i].data.u64;

			if (fd == STDIN_FILENO)
				return 0;
			if (fd == listener)
				accept_all(fd);
			else
				answer(fd);
		}
	}
}

/* ── Who comes ── */

static void dial(struct peer *p, uint16_t port, uint64_t number)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const int on = 1;

	*p = (struct peer){ .number = number };
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)number % SOURCES);
	if (p->fd < 0 ||
	    setsockopt(p->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		       sizeof(on)) < 0 ||
	    bind(p->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bind");
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(port);
	if (connect(p->fd, (struct sockaddr *)&a, sizeof(a)) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	watch(p->fd, EPOLLOUT, (uint64_t)(p - peers), EPOLL_CTL_ADD);
}

static void speak(struct peer *p)
{
	if (send(p->fd, &p->number, sizeof(p->number), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(p->number))
		die("send");
	p->heard = 0;
	p->state = LISTENING;
	watch(p->fd, EPOLLIN, (uint64_t)(p - peers), EPOLL_CTL_MOD);
}

static _Noreturn void die_of(const struct peer *p, ssize_t n)
{
	(void)fprintf(stderr, "crowd: number %" PRIu64 ": recv says %zd\n",
		      p->number, n);
	exit(1);
}

/* Whether it has heard all of its number again. */
static bool hear(struct peer *p)
{
	char bytes[64];
	ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		die_of(p, n);
	if ((size_t)n > sizeof(p->number) - p->heard ||
	    memcmp((char *)&p->number + p->heard, bytes, (size_t)n) != 0) {
		(void)fprintf(stderr, "crowd: somebody else's bytes\n");
		exit(1);
	}
	p->heard += (size_t)n;
	return p->heard == sizeof(p->number);
}

/* Whether it is gone; one that is half closed waits for the other half. */
static bool leave(struct peer *p)
{
	const struct linger reset = { 1, 0 };

	if (p->number % 8 == 1 && p->state == LISTENING) {
		(void)shutdown(p->fd, SHUT_WR);
		p->state = ENDING;
		return false;
	}
	if (p->number % 8 == 0)
		(void)setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &reset,
				 sizeof(reset));
	(void)close(p->fd);
	return true;
}

static bool has_ended(const struct peer *p)
{
	char byte;
	ssize_t n = recv(p->fd, &byte, 1, 0);

	if (n != 0 && !(n < 0 && errno == EAGAIN))
		die_of(p, n);
	return n == 0;
}

/* Whether it is gone. */
static bool go_on(struct peer *p)
{
	switch (p->state) {
	case CONNECTING:
		speak(p);
		return false;
	case LISTENING:
		return hear(p) && leave(p);
	case ENDING:
		return has_ended(p) && leave(p);
	}
	return false;
}

static int churn(uint16_t port, uint64_t n, uint64_t at_once)
{
	struct epoll_event events[EVENTS];
	uint64_t begun = 0, over = 0;

	while (begun < at_once && begun < n) {
		dial(&peers[begun], port, begun);
		begun++;
	}
	while (over < n) {
		int k = epoll_wait(epoll_fd, events, EVENTS, 60000);

		if (k <= 0)
			die("epoll_wait");
		for (int i = 0; i < k; i++) {
			struct peer *p = &peers[events[i].data.u64];

			if (!go_on(p))
				continue;
			over++;
			if (begun < n)
				dial(p, port, begun++);
		}
	}
	(void)printf("%" PRIu64 "\n", over);
	return 0;
}

/* Until all of n have heard what they said. */
static void talk(uint64_t n)
{
	struct epoll_event events[EVENTS];

	while (n > 0) {
		int k = epoll_wait(epoll_fd, events, EVENTS, 60000);

		if (k <= 0)
			die("epoll_wait");
		for (int i = 0; i < k; i++) {
			struct peer *p = &peers[events[i].data.u64];

			if (p->state == CONNECTING)
				speak(p);
			else if (hear(p))
				n--;
		}
	}
}

/* The queue of a listener is bounded: so many at a time. */
static int hold(uint16_t port, uint64_t n)
{
	enum { STEP = 200 };

	for (uint64_t at = 0; at < n; at += STEP) {
		uint64_t end = at + STEP < n ? at + STEP : n;

		for (uint64_t i = at; i < end; i++)
			dial(&peers[i], port, i);
		talk(end - at);
	}
	(void)printf("ready\n");
	(void)fflush(stdout);
	(void)getchar();
	for (uint64_t i = 0; i < n; i++)
		speak(&peers[i]);
	talk(n);
	for (uint64_t i = 0; i < n; i++)
		(void)close(peers[i].fd);
	(void)printf("done\n");
	return 0;
}

static uint64_t number(const char *word, uint64_t max)
{
	char *end;
	uint64_t n = strtoull(word, &end, 10);

	if (*end != '\0' || n == 0 || n > max) {
		(void)fprintf(stderr, "crowd: not a number up to %" PRIu64 "\n",
			      max);
		exit(2);
	}
	return n;
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
	epoll_fd = epoll_create1(0);
	if (argc == 2 && strcmp(argv[1], "listen") == 0)
		return listen_on();
	if (argc == 5 && strcmp(argv[1], "churn") == 0)
		return churn((uint16_t)number(argv[2], UINT16_MAX),
			     number(argv[3], UINT64_MAX - 1),
			     number(argv[4], PEERS_MAX));
	if (argc == 4 && strcmp(argv[1], "hold") == 0)
		return hold((uint16_t)number(argv[2], UINT16_MAX),
			    number(argv[3], PEERS_MAX));
	(void)fprintf(stderr, "crowd: listen | churn PORT N AT_ONCE | "
			      "hold PORT N\n");
	return 2;
}
