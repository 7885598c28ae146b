/* SPDX-License-Identifier: MIT */
/*
 * pour_copy() beside loops that one writes by hand, in turn and in one process:
 *
 *      engine [-r ROUNDS] [-s MEBIBYTES] [-d FOLDER]
 *
 * For each pair of ends the first loop uses the method and sizes that the plan
 * chooses; the others are what else one might have written. Each round runs all
 * of them in an order of its own, on the same descriptors where they are files,
 * and on new connected sockets otherwise; ratio is the loop's time by pour's,
 * so 1 is equal and more is better. The other end of a socket is another
 * thread, on another CPU.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pour.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "loops.h"
#include "tool.h"

enum { CONTESTANTS = 5, ROUNDS_MAX = 99, PAIRS = 4 };

struct contestant {
	const char *name; /* the first is pour itself */
	void (*run)(int dst, int src, uint64_t bytes);
};

struct pair {
	const char *name;
	int src_is_socket, dst_is_socket;
	struct contestant of[CONTESTANTS];
};

struct sample {
	double wall, cpu;
};

static char explained[256];
static uint64_t bytes = UINT64_C(256) << 20;
static int files[2]; /* source and destination */

static void run_pour(int dst, int src, uint64_t n)
{
	struct pour_account account;

	if (pour_copy(dst, src, n, &account) != (int64_t)n)
		die("pour_copy");
	(void)pour_explain(&account, explained, sizeof(explained));
}

static const struct pair pairs[PAIRS] = {
	{"file to socket",
         0, 1,
         { { "pour", run_pour },
	    { "sendfile", loop_sendfile },
	    { "pipe", loop_pipe },
	    { "copy", loop_copy } }},
	{ "socket to file",
         1, 0,
         { { "pour", run_pour },
	    { "pipe", loop_pipe },
	    { "copy", loop_copy } }},
	{ "socket to socket",
         1, 1,
         { { "pour", run_pour },
	    { "pipe", loop_pipe },
	    { "copy", loop_copy } }},
	{ "file to file",
         0, 0,
         { { "pour", run_pour },
	    { "pipe", loop_pipe },
	    { "copy_file_range", loop_range },
	    { "sendfile", loop_sendfile },
	    { "copy", loop_copy } }},
};

/* ── The far ends ── */

static void on_cpu(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static void *feed(void *fd)
{
	static char block[LOOP_SIZE];
	uint64_t left = bytes;

	on_cpu(1);
	while (left > 0) {
		ssize_t n = send(*(int *)fd, block,
				 left < LOOP_SIZE ? left : LOOP_SIZE, 0);

		if (n <= 0)
			die("send");
		left -= (uint64_t)n;
	}
	return NULL;
}

/* MSG_TRUNC: TCP throws the bytes away instead of copying them out. */
static void *drain(void *fd)
{
	static char block[1 << 20];
	uint64_t left = bytes;

	on_cpu(1);
	while (left > 0) {
		ssize_t n = recv(*(int *)fd, block, sizeof(block), MSG_TRUNC);

		if (n <= 0)
			die("recv");
		left -= (uint64_t)n;
	}
	return NULL;
}

static void connect_pair(int ret[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&a, len) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&a, &len) < 0)
		die("listen");
	ret[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(ret[0], (struct sockaddr *)&a, len) < 0)
		die("connect");
	ret[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)close(listener);
}

/* ── One sample ── */

static double seconds(const struct timespec *t)
{
	return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

static double now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return seconds(&t);
}

struct side {
	int fd[2]; /* ours, theirs */
	pthread_t thread;
};

static int open_side(struct side *s, int is_socket, int file,
		     void *(*far)(void *fd))
{
	s->fd[0] = s->fd[1] = -1;
	if (!is_socket) {
		(void)lseek(file, 0, SEEK_SET);
		return file;
	}
	connect_pair(s->fd);
	if (pthread_create(&s->thread, NULL, far, &s->fd[1]) != 0)
		die("pthread_create");
	return s->fd[0];
}

static void close_side(struct side *s)
{
	if (s->fd[0] < 0)
		return;
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd[0]);
	(void)close(s->fd[1]);
}

/* Until the far end has all of it. */
static struct sample measure(const struct pair *pair,
			     const struct contestant *c)
{
	struct side from, to;
	struct sample s;
	int src = open_side(&from, pair->src_is_socket, files[0], feed);
	int dst = open_side(&to, pair->dst_is_socket, files[1], drain);

	s.wall = now(CLOCK_MONOTONIC);
	s.cpu = now(CLOCK_THREAD_CPUTIME_ID);
	c->run(dst, src, bytes);
	s.cpu = now(CLOCK_THREAD_CPUTIME_ID) - s.cpu;
	close_side(&to);
	s.wall = now(CLOCK_MONOTONIC) - s.wall;
	close_side(&from);
	return s;
}

/* ── The table ── */

static int by_size(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_size);
	return values[n / 2];
}

static void report(const struct pair *pair,
		   struct sample samples[CONTESTANTS][ROUNDS_MAX], int rounds)
{
	for (int c = 0; c < CONTESTANTS && pair->of[c].name != NULL; c++) {
		double wall[ROUNDS_MAX], cpu[ROUNDS_MAX], rate[ROUNDS_MAX];
		double m;

		for (int r = 0; r < rounds; r++) {
			wall[r] = samples[c][r].wall / samples[0][r].wall;
			cpu[r] = samples[c][r].cpu / samples[0][r].cpu;
			rate[r] = (double)bytes / samples[c][r].wall / 1e9;
		}
		m = median(wall, rounds);
		printf("  %-16s %6.2f GB/s  time %.3f (%.3f..%.3f)  "
		       "cpu %.3f\n",
		       pair->of[c].name, median(rate, rounds), m, wall[0],
		       wall[rounds - 1], median(cpu, rounds));
	}
	printf("  %s\n", explained);
}

static void compare(const struct pair *pair, int rounds)
{
	static struct sample samples[CONTESTANTS][ROUNDS_MAX];
	int n = 0;

	while (n < CONTESTANTS && pair->of[n].name != NULL)
		n++;
	for (int c = 0; c < n; c++)
		(void)measure(pair, &pair->of[c]); /* warm */
	for (int r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++) {
			/* A B C, then C B A: no place is always the first. */
			int c = r % 2 ? n - 1 - i : i;

			samples[c][r] = measure(pair, &pair->of[c]);
		}
	}
	printf("%s\n", pair->name);
	report(pair, samples, rounds);
}

static int open_file(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *block = calloc(1, 1 << 20);

	if (fd < 0 || block == NULL)
		die(folder);
	for (uint64_t at = 0; at < bytes; at += 1 << 20)
		if (write(fd, block, 1 << 20) != 1 << 20)
			die(folder);
	free(block);
	return fd;
}

int main(int argc, char **argv)
{
	const char *folder = "/var/tmp";
	int rounds = 9, option;

	while ((option = getopt(argc, argv, "r:s:d:")) != -1) {
		if (option == 'r')
			rounds = atoi(optarg);
		else if (option == 's')
			bytes = strtoull(optarg, NULL, 10) << 20;
		else if (option == 'd')
			folder = optarg;
		else
			return 2;
	}
	if (rounds < 1 || rounds > ROUNDS_MAX || bytes == 0)
		return 2;
	on_cpu(0);
	for (int i = 0; i < 2; i++)
		files[i] = open_file(folder);
	for (int i = 0; i < PAIRS; i++)
		compare(&pairs[i], rounds);
	return 0;
}
