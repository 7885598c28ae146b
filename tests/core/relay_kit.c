/* SPDX-License-Identifier: MIT */
/* A conversation for tests: see relay_kit.h. */
#include "relay_kit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/sys.h"
#include "ends.h"
#include "test.h"

enum { PATIENCE = 2000 }; /* steps of a millisecond */

static void pair(int domain, int *ours, int *peer)
{
	int fd[2];

	if (domain == AF_INET)
		ends_tcp_pair(fd);
	else
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	*ours = fd[0];
	*peer = fd[1];
	assert_int_equal(fcntl(*ours, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(*peer, F_SETFL, O_NONBLOCK), 0);
}

void talk_open(struct talk *t, int domain, const struct pour_relay_opts *opts)
{
	struct pour_duplex side[2];

	for (int i = 0; i < 2; i++) {
		pair(domain, &t->ours[i], &t->peer[i]);
		side[i] = pour_duplex(t->ours[i]);
	}
	assert_int_equal(pour_relay_begin(&t->relay, side, opts), 0);
}

static void close_both(int fd[2])
{
	for (int i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			(void)close(fd[i]);
		fd[i] = -1;
	}
}

void talk_close_ours(struct talk *t)
{
	struct pollfd fd = { .fd = t->peer[1], .events = POLLIN };

	pour_relay_finish(&t->relay);
	close_both(t->ours);
	(void)poll(&fd, 1, 1000);
}

void talk_close(struct talk *t)
{
	pour_relay_finish(&t->relay);
	close_both(t->ours);
	close_both(t->peer);
}

void talk_step(struct talk *t)
{
	(void)poll(NULL, 0, 1);
	t->last = pour_relay_step(&t->relay);
}

int talk_is_queued(struct talk *t)
{
	talk_step(t);
	(void)poll(NULL, 0, 2); /* what can be acknowledged is, by then */
	return pour_sys_unsent(t->ours[1]) > 0;
}

void talk_say(struct talk *t, int side, const char *text)
{
	size_t n = strlen(text);

	assert_int_equal(send(t->peer[side], text, n, MSG_NOSIGNAL), n);
}

const char *talk_hear(struct talk *t, int side)
{
	static char text[2][256];
	ssize_t n = -1;

	for (int i = 0; i < PATIENCE && n <= 0; i++) {
		talk_step(t);
		n = recv(t->peer[side], text[side], sizeof(text[side]) - 1, 0);
	}
	text[side][n > 0 ? n : 0] = '\0';
	return text[side];
}

int talk_end(struct talk *t, int side)
{
	char byte;

	for (int i = 0; i < PATIENCE; i++) {
		ssize_t n;

		talk_step(t);
		n = recv(t->peer[side], &byte, 1, 0);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EAGAIN)
			return errno;
	}
	return ETIMEDOUT;
}

const struct pour_account *talk_account(const struct talk *t, unsigned side)
{
	static struct pour_account account[2];

	pour_relay_account(&t->relay, side, &account[side]);
	return &account[side];
}

int talk_over(struct talk *t)
{
	for (int i = 0; i < PATIENCE; i++) {
		talk_step(t);
		if (t->last <= 0)
			return t->last;
	}
	return -EDEADLK;
}

size_t talk_fill(struct talk *t, int side)
{
	static char bytes[65536];
	size_t sum = 0;
	int dry = 0;

	while (dry < 20) {
		ssize_t n = send(t->peer[side], bytes, sizeof(bytes),
				 MSG_NOSIGNAL);

		sum += n > 0 ? (size_t)n : 0;
		dry = n > 0 ? 0 : dry + 1;
		talk_step(t);
	}
	return sum;
}

size_t talk_drain(struct talk *t, int side)
{
	static char bytes[65536];
	size_t sum = 0;
	int dry = 0;

	while (dry < 50) {
		ssize_t n = recv(t->peer[side], bytes, sizeof(bytes), 0);

		if (n == 0)
			break;
		sum += n > 0 ? (size_t)n : 0;
		dry = n > 0 ? 0 : dry + 1;
		talk_step(t);
	}
	return sum;
}

uint64_t real_clock(void)
{
	struct timespec now;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
