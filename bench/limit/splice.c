/* SPDX-License-Identifier: MIT */
/*
 * The least proxy that splices, to know what there is to win: no limits, no
 * deadlines, no account, one target that answers at once.
 *
 *      splice PORT TARGET-PORT [PIPE-BYTES]
 *
 *      client ◄══ pipe of 256 KiB each way ══► target
 *
 * Level-triggered. A side that can be read is spliced into its pipe and on to
 * the other side; one that is full is waited for, and meanwhile its source is
 * not read. Pipes of connections that went are kept for new ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../tool.h"

enum { EVENTS = 256, PIPES_MAX = 1024 };

struct pair;

/* A direction: from this side to the other. */
struct side {
	struct pair *pair;
	int fd;
	uint32_t events;
	int pipe[2];
	size_t held; /* bytes in the pipe */
	int ended;   /* its FIN was passed on */
};

struct pair {
	struct side side[2];
	int over;
	struct pair *next_over;
};

static size_t pipe_size = 256 * 1024;
static int spare[PIPES_MAX][2];
static unsigned n_spare;
static int epoll;
static uint16_t target;
static struct pair *over; /* freed after the turn: events may name them */

static void take_pipe(struct side *s)
{
	if (n_spare > 0) {
		n_spare--;
		s->pipe[0] = spare[n_spare][0];
		s->pipe[1] = spare[n_spare][1];
		return;
	}
	if (pipe2(s->pipe, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    fcntl(s->pipe[1], F_SETPIPE_SZ, pipe_size) < 0)
		die("pipe2");
}

static void give_pipe(struct side *s)
{
	if (s->held == 0 && n_spare < PIPES_MAX) {
		spare[n_spare][0] = s->pipe[0];
		spare[n_spare++][1] = s->pipe[1];
		return;
	}
	(void)close(s->pipe[0]);
	(void)close(s->pipe[1]);
}

static void finish(struct pair *p)
{
	if (p->over)
		return;
	for (int i = 0; i < 2; i++) {
		(void)close(p->side[i].fd);
		give_pipe(&p->side[i]);
	}
	p->over = 1;
	p->next_over = over;
	over = p;
}

static struct side *other(struct side *s)
{
	return &s->pair->side[s == &s->pair->side[0]];
}

/* Reads where nothing is held and nothing ended; writes what is held. */
static void watch(struct side *s)
{
	uint32_t events = (s->held == 0 && !s->ended ? EPOLLIN : 0) |
			  (other(s)->held > 0 ? EPOLLOUT : 0);

	if (events == s->events)
		return;
	s->events = events;
	tool_rewatch(epoll, s->fd, events, s);
}

/* False: the pair is over. */
static int give(struct side *s)
{
	while (s->held > 0) {
		ssize_t n = splice(s->pipe[0], NULL, other(s)->fd, NULL,
				   s->held, SPLICE_F_NONBLOCK);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0)
			return 0;
		s->held -= (size_t)n;
	}
	return 1;
}

static int take(struct side *s)
{
	ssize_t n = splice(s->fd, NULL, s->pipe[1], NULL, pipe_size,
			   SPLICE_F_NONBLOCK);

	if (n > 0)
		s->held = (size_t)n;
	if (n == 0) {
		s->ended = 1;
		(void)shutdown(other(s)->fd, SHUT_WR);
	}
	return n >= 0 || errno == EAGAIN;
}

static void ready(struct side *s, uint32_t events)
{
	struct pair *p = s->pair;

	if (p->over)
		return;
	if (events & EPOLLOUT && !give(other(s)))
		return finish(p);
	if (events & ~(uint32_t)EPOLLOUT && s->held == 0 && !s->ended &&
	    !(take(s) && give(s)))
		return finish(p);
	if (p->side[0].ended && p->side[1].ended)
		return finish(p);
	watch(&p->side[0]);
	watch(&p->side[1]);
}

static void begin(int fd)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (p == NULL)
		die("calloc");
	p->side[0].fd = fd;
	p->side[1].fd = tool_dial(target);
	tool_no_block(p->side[1].fd);
	for (int i = 0; i < 2; i++) {
		struct side *s = &p->side[i];

		s->pair = p;
		s->events = EPOLLIN;
		take_pipe(s);
		tool_watch(epoll, s->fd, EPOLLIN, s);
	}
}

static void forget_over(void)
{
	while (over != NULL) {
		struct pair *p = over;

		over = p->next_over;
		free(p);
	}
}

static _Noreturn void run(int listener)
{
	struct epoll_event events[EVENTS];

	epoll = epoll_create1(EPOLL_CLOEXEC);
	tool_watch(epoll, listener, EPOLLIN, NULL);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1), fd;

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr != NULL) {
				ready(events[i].data.ptr, events[i].events);
				continue;
			}
			while ((fd = tool_accept(listener)) >= 0)
				begin(fd);
		}
		forget_over();
	}
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		(void)fprintf(stderr,
			      "usage: splice PORT TARGET-PORT [PIPE-BYTES]\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	target = (uint16_t)atoi(argv[2]);
	if (argc > 3)
		pipe_size = (size_t)atoll(argv[3]);
	run(tool_listen((uint16_t)atoi(argv[1])));
}
