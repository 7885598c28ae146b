/* SPDX-License-Identifier: MIT */
/*
 * What a message costs a relay that copies, one that splices, and one that may
 * choose:
 *
 *      messages [ROUNDS]
 *
 *      asker ══TCP══► relay ══TCP══► echo          and back, one at a time
 *
 * For each size the three take turns, ROUNDS times (7). The figures are CPU
 * microseconds of the relay's process for each round trip, as the scheduler
 * accounts them: medians, and the range beside them.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loops.h"
#include "tool.h"

enum { WAYS = 3, ROUNDS_MAX = 99, TRIPS = 5000, LARGEST = 256 * 1024 };

static const uint32_t ways[WAYS] = { 1 << POUR_BY_COPY, 1 << POUR_BY_PIPE, 0 };

static char message[LARGEST];

static void connect_pair(int ret[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ret[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) < 0 ||
	    connect(ret[0], (struct sockaddr *)&a, len) < 0)
		die("connect");
	ret[1] = accept(listener, NULL, NULL);
	(void)close(listener);
	for (int i = 0; i < 2; i++)
		(void)setsockopt(ret[i], IPPROTO_TCP, TCP_NODELAY, &on,
				 sizeof(on));
}

/* 1, or 0 when the other side is gone. */
static int receive(int fd, size_t size)
{
	return recv(fd, message, size, MSG_WAITALL) == (ssize_t)size;
}

static void say(int fd, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t n = send(fd, message + at, size - at, MSG_NOSIGNAL);

		if (n <= 0)
			die("send");
		at += (size_t)n;
	}
}

_Noreturn static void relay(int a, int b, uint32_t methods)
{
	const struct pour_opts flow = { .methods = methods };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	const struct pour_duplex side[2] = { pour_duplex(a), pour_duplex(b) };
	struct pour_relay r;

	(void)fcntl(a, F_SETFL, O_NONBLOCK);
	(void)fcntl(b, F_SETFL, O_NONBLOCK);
	if (pour_relay_begin(&r, side, &opts) < 0 || pour_relay_run(&r) < 0)
		die("relay");
	pour_relay_finish(&r);
	_exit(0);
}

_Noreturn static void echo(int fd, size_t size)
{
	while (receive(fd, size))
		say(fd, size);
	_exit(0);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* CPU microseconds a round trip. */
static double sample(uint32_t methods, size_t size)
{
	int near[2], far[2], status;
	struct rusage used;
	pid_t relaying;

	connect_pair(near);
	connect_pair(far);
	relaying = fork();
	if (relaying == 0) {
		(void)close(near[0]);
		(void)close(far[1]);
		relay(near[1], far[0], methods);
	}
	(void)close(near[1]);
	(void)close(far[0]);
	if (fork() == 0) {
		(void)close(near[0]);
		echo(far[1], size);
	}
	(void)close(far[1]);
	for (int i = 0; i < TRIPS; i++) {
		say(near[0], size);
		if (!receive(near[0], size))
			die("recv");
	}
	(void)close(near[0]);
	if (wait4(relaying, &status, 0, &used) < 0 || status != 0)
		die("relay");
	(void)wait(NULL);
	return (seconds(used.ru_utime) + seconds(used.ru_stime)) * 1e6 / TRIPS;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void show(size_t size, int rounds)
{
	double cost[WAYS][ROUNDS_MAX];

	for (int i = 0; i < rounds * WAYS; i++)
		cost[(i + i / WAYS) % WAYS][i / WAYS] = sample(
			ways[(i + i / WAYS) % WAYS], size);
	printf("| %zu |", size);
	for (int w = 0; w < WAYS; w++) {
		qsort(cost[w], (size_t)rounds, sizeof(double), by_size);
		printf(" %.1f (%.1f..%.1f) |", cost[w][rounds / 2], cost[w][0],
		       cost[w][rounds - 1]);
	}
	printf("\n");
	(void)fflush(stdout);
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 64, 1024, 4096, 16384, 65536, LARGEST };
	int rounds = argc > 1 ? atoi(argv[1]) : 7;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		(void)fprintf(stderr, "messages: from 1 to 99 rounds\n");
		return 2;
	}
	printf("| bytes | copy | pipe | its own choice |\n");
	printf("| --- | --- | --- | --- |\n");
	(void)fflush(stdout);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		show(sizes[i], rounds);
	return 0;
}
