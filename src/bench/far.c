/* SPDX-License-Identifier: MIT */
/* The far end: see far.h. */
#include "bench/far.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "bench/clock.h"
#include "bench/pattern.h"

/* Messages are not larger than that: the header of bench.h. */
enum { BUFFER_SIZE = 1024 * 1024 };

/* Offset in its transfer of the byte that comes next, of those to come. */
static uint64_t phase(const struct far *f, uint64_t at)
{
	return at % f->size;
}

/* Bytes, 0: the end, or -errno. */
static int64_t take(const struct far *f, char *to, uint64_t most)
{
	ssize_t n;

	do
		n = read(f->fd, to, MIN(most, (uint64_t)PATTERN_CHUNK));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int64_t give(const struct far *f, const char *from, uint64_t most)
{
	ssize_t n;

	do
		n = send(f->fd, from, most, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* What comes must be the rest of a transfer, and the beginning of others. */
static bool is_right(const struct far *f, uint64_t at, const char *bytes,
		     uint64_t n)
{
	while (n > 0) {
		uint64_t part = MIN(n, f->size - phase(f, at));

		if (!pattern_is(phase(f, at), bytes, part))
			return false;
		at += part;
		bytes += part;
		n -= part;
	}
	return true;
}

static int drain(struct far *f)
{
	uint64_t all = f->size * f->transfers;

	while (f->bytes < all) {
		int64_t n = take(f, f->buffer, all - f->bytes);

		if (n <= 0)
			return n < 0 ? (int)n : -ENODATA;
		if (f->checks && !is_right(f, f->bytes, f->buffer, (uint64_t)n))
			return -EILSEQ;
		f->bytes += (uint64_t)n;
	}
	return 0;
}

static int feed(struct far *f)
{
	uint64_t all = f->size * f->transfers;

	while (f->bytes < all) {
		uint64_t at = phase(f, f->bytes);
		uint64_t most = MIN(f->size - at, (uint64_t)PATTERN_CHUNK);
		int64_t n = give(f, pattern_at(at), most);

		if (n < 0)
			return (int)n;
		f->bytes += (uint64_t)n;
	}
	return 0;
}

/* One whole message, at offset 0 of the buffer. */
static int take_message(struct far *f)
{
	for (uint64_t at = 0; at < f->size;) {
		int64_t n = take(f, f->buffer + at, f->size - at);

		if (n <= 0)
			return n < 0 ? (int)n : -ENODATA;
		at += (uint64_t)n;
	}
	f->bytes += f->size;
	return 0;
}

static int give_message(const struct far *f)
{
	for (uint64_t at = 0; at < f->size;) {
		int64_t n = give(f, f->buffer + at, f->size - at);

		if (n < 0)
			return (int)n;
		at += (uint64_t)n;
	}
	return 0;
}

static int ask(struct far *f)
{
	int r = 0;

	pattern_fill(f->buffer, f->size);
	for (uint64_t i = 0; i < f->transfers && r == 0; i++) {
		r = give_message(f);
		if (r == 0)
			r = take_message(f);
		if (r == 0 && f->checks && !is_right(f, 0, f->buffer, f->size))
			r = -EILSEQ;
	}
	(void)shutdown(f->fd, SHUT_WR);
	return r;
}

static int echo(struct far *f)
{
	int r = 0;

	while (r == 0) {
		r = take_message(f);
		if (r == 0)
			r = give_message(f);
	}
	(void)shutdown(f->fd, SHUT_WR);
	return r == -ENODATA ? 0 : r;
}

static void *run(void *context)
{
	static int (*const jobs[])(struct far * f) = {
		[FAR_DRAIN] = drain,
		[FAR_FEED] = feed,
		[FAR_ASK] = ask,
		[FAR_ECHO] = echo,
	};
	struct far *f = context;
	uint64_t start;

	memset(f->buffer, 0, BUFFER_SIZE); /* it is there from now on */
	(void)sem_post(&f->ready);
	while (sem_wait(&f->go) < 0)
		;
	start = clock_cpu();
	f->error = jobs[f->job](f);
	f->end_ns = clock_wall();
	f->cpu_ns = clock_cpu() - start;
	return NULL;
}

/* Signals are for the thread that moves; the CPU is set from birth. */
static int start_thread(struct far *f)
{
	pthread_attr_t attr;
	sigset_t all, before;
	cpu_set_t cpus;
	int r;

	CPU_ZERO(&cpus);
	CPU_SET(f->cpu, &cpus);
	sigfillset(&all);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	r = pthread_create(&f->thread, &attr, run, f);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	return -r;
}

int far_begin(struct far *f)
{
	int r;

	f->bytes = f->cpu_ns = f->end_ns = 0;
	f->error = 0;
	f->buffer = malloc(BUFFER_SIZE);
	if (f->buffer == NULL)
		return -ENOMEM;
	(void)sem_init(&f->ready, 0, 0);
	(void)sem_init(&f->go, 0, 0);
	r = start_thread(f);
	if (r < 0) {
		free(f->buffer);
		return r;
	}
	while (sem_wait(&f->ready) < 0)
		;
	return 0;
}

void far_go(struct far *f)
{
	(void)sem_post(&f->go);
}

void far_end(struct far *f)
{
	(void)pthread_join(f->thread, NULL);
	(void)sem_destroy(&f->ready);
	(void)sem_destroy(&f->go);
	free(f->buffer);
	f->buffer = NULL;
}
