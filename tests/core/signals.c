/* SPDX-License-Identifier: MIT */
/*
 * Real signals, some thousand a second, at whatever moment they come: calls
 * are cut short or answer EINTR, and still every byte arrives once.
 */
#include <errno.h>
#include <fcntl.h>
#include <pour.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ends.h"
#include "test.h"

enum { EVERY_US = 150, STREAM = 16 << 20, PIECE = 70001 };

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

/* Not restarted by the kernel: each of them is seen as EINTR. */
static void begin_alarms(void)
{
	struct itimerval every = {
		{0,  EVERY_US},
                { 0, EVERY_US}
	};
	struct sigaction action = { .sa_handler = on_alarm };

	alarms = 0;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void end_alarms(void)
{
	struct itimerval never = { 0 };

	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

/* ── Every pair, by steps ── */

static void one(enum ends_kind src, enum ends_kind dst, struct pour_pool *pool)
{
	struct pour_opts opts = { .pool = pool };
	struct ends e;
	struct pour p;

	ends_open(&e, src, dst);
	assert_int_equal(pour_begin(&p, e.dst, e.src, ENDS_TOTAL, &opts), 0);
	begin_alarms();
	assert_int_equal(ends_run(&e, &p), 0);
	end_alarms();
	assert_int_equal(p.account.delivered, ENDS_TOTAL);
	assert_int_equal(p.account.taken, ENDS_TOTAL);
	if (dst != ENDS_DEVICE)
		assert_int_equal(ends_arrived(&e), ENDS_TOTAL);
	assert_false(e.wrong);
	pour_finish(&p);
	ends_close(&e);
}

TEST(steps_lose_nothing_under_signals)
{
	struct pour_pool *pool;

	assert_int_equal(pour_pool_new(&pool, 2, 0), 0);
	for (unsigned src = 0; src < ENDS_KINDS; src++)
		for (unsigned dst = 0; dst < ENDS_MEMORY; dst++)
			one(src, dst, pool);
	assert_null(pour_pool_free(pool));
}

/* ── Descriptors that block, in one call ── */

static unsigned char pattern(size_t i)
{
	return (unsigned char)(i * 131 + (i >> 9) * 7);
}

/* Writes the stream in odd pieces, and ends. */
static void feed(int fd)
{
	static unsigned char piece[PIECE];
	size_t at = 0;

	while (at < STREAM) {
		size_t n = STREAM - at < PIECE ? STREAM - at : PIECE;
		ssize_t done;

		for (size_t i = 0; i < n; i++)
			piece[i] = pattern(at + i);
		done = write(fd, piece, n);
		if (done <= 0)
			_exit(1);
		at += (size_t)done;
	}
	_exit(0);
}

/* Reads it slowly enough for the other side to block now and then. */
static void drain(int fd)
{
	static unsigned char piece[PIECE];
	size_t at = 0;
	ssize_t n;

	while ((n = read(fd, piece, PIECE)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (piece[i] != pattern(at + (size_t)i))
				_exit(2);
		at += (size_t)n;
	}
	_exit(at == STREAM ? 0 : 3);
}

/* A child at the far side of fd; everything else is closed there. */
static pid_t begin_child(void (*run)(int), int fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	for (int other = 3; other < 64; other++)
		if (other != fd)
			(void)close(other);
	run(fd);
	_exit(9);
}

static void end_child(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	assert_int_equal(status, 0);
}

/* What was written to a file, read again. */
static void check_file(int fd)
{
	unsigned char *all = malloc(STREAM);

	assert_non_null(all);
	assert_int_equal(pread(fd, all, STREAM, 0), STREAM);
	for (size_t i = 0; i < STREAM; i++)
		if (all[i] != pattern(i))
			fail_msg("byte %zu is another one", i);
	free(all);
}

static int temporary_file(void)
{
	char path[] = "/tmp/pour-signals-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	return fd;
}

static void fill_file(int fd)
{
	unsigned char *all = malloc(STREAM);

	assert_non_null(all);
	for (size_t i = 0; i < STREAM; i++)
		all[i] = pattern(i);
	assert_int_equal(write(fd, all, STREAM), STREAM);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	free(all);
}

static void copy(int dst, int src)
{
	struct pour_account account;

	begin_alarms();
	assert_int_equal(pour_copy(dst, src, POUR_ALL, &account), STREAM);
	end_alarms();
	assert_int_equal(account.delivered, STREAM);
	assert_true(alarms > 0);
}

TEST(one_call_loses_nothing_between_sockets)
{
	int in[2], out[2];
	pid_t feeder, drainer;

	ends_tcp_pair(in);
	ends_tcp_pair(out);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(in[i], F_SETFL, 0), 0);
		assert_int_equal(fcntl(out[i], F_SETFL, 0), 0);
	}
	feeder = begin_child(feed, in[1]);
	drainer = begin_child(drain, out[1]);
	(void)close(in[1]);
	(void)close(out[1]);
	copy(out[0], in[0]);
	(void)close(in[0]);
	(void)close(out[0]);
	end_child(feeder);
	end_child(drainer);
}

TEST(one_call_loses_nothing_between_pipes)
{
	int in[2], out[2];
	pid_t feeder, drainer;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	feeder = begin_child(feed, in[1]);
	drainer = begin_child(drain, out[0]);
	(void)close(in[1]);
	(void)close(out[0]);
	copy(out[1], in[0]);
	(void)close(in[0]);
	(void)close(out[1]);
	end_child(feeder);
	end_child(drainer);
}

TEST(one_call_loses_nothing_from_and_to_files)
{
	int src = temporary_file(), dst = temporary_file(), out[2];
	pid_t drainer;

	fill_file(src);
	ends_tcp_pair(out);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fcntl(out[i], F_SETFL, 0), 0);
	drainer = begin_child(drain, out[1]);
	(void)close(out[1]);
	copy(out[0], src);
	(void)close(out[0]);
	end_child(drainer);
	assert_int_equal(lseek(src, 0, SEEK_SET), 0);
	copy(dst, src);
	check_file(dst);
	(void)close(src);
	(void)close(dst);
}

TEST_MAIN()
