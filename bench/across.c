/* SPDX-License-Identifier: MIT */
/*
 * A load for a TCP proxy, from one thread that is both ends: clients that dial
 * FRONT, and the target that listens on BACK.
 *
 *      client ──FRONT──► proxy ──BACK──► target          all here but the proxy
 *
 *      across bulk [-c] FRONT BACK CONNECTIONS SECONDS ──► bytes seconds
 *      across echo FRONT BACK BYTES SECONDS ──► trips seconds p50 p99 (in µs)
 *      across visit FRONT BACK CLIENTS SECONDS ──► visits seconds
 *
 * bulk: clients send as fast as they can; every byte must arrive, and with -c
 * each is compared. echo: one message goes there and back at a time. visit:
 * connect, 64 bytes there, 1 KiB back, close; the target closes first.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tool.h"

enum { EVENTS = 256, ENDS_MAX = 1024, PIECE = 256 * 1024, TRIPS_MAX = 1 << 22 };
/* A prime, so that what is lost or repeated by pages shows. */
enum { PERIOD = 262139, QUESTION = 64, ANSWER = 1024 };

struct end {
	int fd;
	int is_target;
	uint64_t count;
};

static char pattern[PERIOD + PIECE], buffer[PIECE];
static int epoll, listener;
static uint16_t front;
static struct end ends[ENDS_MAX];

static void open_back(uint16_t back)
{
	uint32_t x = 2463534242;

	for (size_t i = 0; i < sizeof(pattern); i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		pattern[i] = i < PERIOD ? (char)x : pattern[i - PERIOD];
	}
	epoll = epoll_create1(EPOLL_CLOEXEC);
	listener = tool_listen(back);
}

static int accept_one(void)
{
	int fd;

	while ((fd = tool_accept(listener)) < 0)
		;
	return fd;
}

/* ── bulk ── */

/* A client and what it reaches; connections are made one after the other. */
static void open_line(struct end *client, struct end *target)
{
	client->fd = tool_dial(front);
	target->fd = accept_one();
	target->is_target = 1;
	tool_no_block(client->fd);
	tool_watch(epoll, client->fd, EPOLLOUT, client);
	tool_watch(epoll, target->fd, EPOLLIN, target);
}

static uint64_t sent, arrived;
static unsigned n_open;
static int compare;

static void send_piece(struct end *c, int is_last)
{
	ssize_t n;

	if (is_last) {
		(void)close(c->fd);
		return;
	}
	n = send(c->fd, pattern + c->count % PERIOD, PIECE, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		die("send");
	if (n > 0) {
		c->count += (uint64_t)n;
		sent += (uint64_t)n;
	}
}

static void take_piece(struct end *t)
{
	/* MSG_TRUNC: TCP throws the bytes away instead of copying them. */
	ssize_t n = recv(t->fd, buffer, PIECE, compare ? 0 : MSG_TRUNC);

	if (n < 0 && errno != EAGAIN)
		die("recv");
	if (n == 0) {
		(void)close(t->fd);
		n_open--;
	}
	if (n <= 0)
		return;
	if (compare &&
	    memcmp(buffer, pattern + t->count % PERIOD, (size_t)n) != 0)
		die("other bytes arrived than were sent");
	t->count += (uint64_t)n;
	arrived += (uint64_t)n;
}

static int bulk(unsigned n, double seconds)
{
	struct epoll_event events[EVENTS];
	double start, took = 0;
	uint64_t in_time = 0;
	int late = 0;

	for (unsigned i = 0; i < n; i++)
		open_line(&ends[2 * i], &ends[2 * i + 1]);
	n_open = n;
	start = tool_now();
	while (n_open > 0) {
		int k = epoll_wait(epoll, events, EVENTS, 1000);

		if (!late) {
			took = tool_now() - start;
			in_time = arrived;
			late = took >= seconds;
		}
		for (int i = 0; i < k; i++) {
			struct end *e = events[i].data.ptr;

			if (e->is_target)
				take_piece(e);
			else
				send_piece(e, late);
		}
	}
	if (sent != arrived)
		die("bytes were lost");
	(void)printf("%" PRIu64 " %.6f %" PRIu64 "\n", in_time, took, arrived);
	return 0;
}

/* ── echo ── */

static uint32_t trips[TRIPS_MAX]; /* in ns */

static void say_all(int fd, size_t size)
{
	if (send(fd, buffer, size, MSG_NOSIGNAL) != (ssize_t)size)
		die("send");
}

static void hear_all(int fd, size_t size)
{
	if (recv(fd, buffer, size, MSG_WAITALL) != (ssize_t)size)
		die("recv");
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Blocking: one thread suffices, for one message is under way at a time. */
static int echo(size_t size, double seconds)
{
	int client = tool_dial(front), target = accept_one();
	double start = tool_now(), now = start, end;
	uint32_t n = 0;

	if (fcntl(target, F_SETFL, 0) < 0)
		die("fcntl");
	for (; now - start < seconds && n < TRIPS_MAX; n++) {
		say_all(client, size);
		hear_all(target, size);
		say_all(target, size);
		hear_all(client, size);
		end = tool_now();
		trips[n] = (uint32_t)((end - now) * 1e9);
		now = end;
	}
	qsort(trips, n, sizeof(*trips), by_value);
	(void)printf("%" PRIu32 " %.6f %.2f %.2f\n", n, now - start,
		     trips[n / 2] / 1e3, trips[(uint64_t)n * 99 / 100] / 1e3);
	return 0;
}

/* ── visit ── */

static uint64_t visits;
static int is_over;

static void visit(struct end *c)
{
	c->fd = tool_dial(front);
	c->count = 0;
	if (send(c->fd, pattern, QUESTION, MSG_NOSIGNAL) != QUESTION)
		die("send");
	tool_no_block(c->fd);
	tool_watch(epoll, c->fd, EPOLLIN, c);
}

static void hear_answer(struct end *c)
{
	ssize_t n = recv(c->fd, buffer, PIECE, 0);

	if (n < 0 && errno != EAGAIN)
		die("recv");
	if (n > 0)
		c->count += (uint64_t)n;
	if (n != 0)
		return;
	if (c->count != ANSWER)
		die("an answer is not whole");
	(void)close(c->fd);
	visits++;
	if (is_over)
		n_open--;
	else
		visit(c);
}

static void answer_question(struct end *t)
{
	ssize_t n = recv(t->fd, buffer, PIECE, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("a question is not whole");
	t->count += (uint64_t)n;
	if (t->count < QUESTION)
		return;
	if (send(t->fd, pattern, ANSWER, MSG_NOSIGNAL) != ANSWER)
		die("send");
	(void)close(t->fd);
	free(t);
}

static void welcome(void)
{
	int fd;

	while ((fd = tool_accept(listener)) >= 0) {
		struct end *t = calloc(1, sizeof(*t));

		if (t == NULL)
			die("calloc");
		t->fd = fd;
		t->is_target = 1;
		tool_watch(epoll, fd, EPOLLIN, t);
	}
}

static int visit_all(unsigned n, double seconds)
{
	struct epoll_event events[EVENTS];
	double start = tool_now();

	tool_watch(epoll, listener, EPOLLIN, NULL);
	for (n_open = 0; n_open < n; n_open++)
		visit(&ends[n_open]);
	while (n_open > 0) {
		int k = epoll_wait(epoll, events, EVENTS, 1000);

		is_over = tool_now() - start >= seconds;
		for (int i = 0; i < k; i++) {
			struct end *e = events[i].data.ptr;

			if (e == NULL)
				welcome();
			else if (e->is_target)
				answer_question(e);
			else
				hear_answer(e);
		}
	}
	(void)printf("%" PRIu64 " %.6f\n", visits, tool_now() - start);
	return 0;
}

static int usage(void)
{
	(void)fprintf(stderr, "usage: across bulk|echo|visit [-c] FRONT BACK "
			      "N SECONDS\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int n;

	compare = argc > 2 && strcmp(argv[2], "-c") == 0;
	argv += 2 + compare;
	if (argc - 2 - compare != 4)
		return usage();
	front = (uint16_t)atoi(argv[0]);
	n = atoi(argv[2]);
	open_back((uint16_t)atoi(argv[1]));
	if (strcmp(what, "echo") == 0 && n > 0 && n <= PIECE)
		return echo((size_t)n, atof(argv[3]));
	if (n <= 0 || 2 * n > ENDS_MAX)
		return usage();
	if (strcmp(what, "bulk") == 0)
		return bulk((unsigned)n, atof(argv[3]));
	if (strcmp(what, "visit") == 0)
		return visit_all((unsigned)n, atof(argv[3]));
	return usage();
}
