/* SPDX-License-Identifier: MIT */
/*
 * What several facts need to be provoked: two ends of a TCP connection, a file
 * with bytes in it, and a signal that interrupts a call that blocks.
 */
#ifndef TESTS_KERNEL_KIT_H
#define TESTS_KERNEL_KIT_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "test.h"

enum {
	KIT_TICK_MICROSECONDS = 100000,
	KIT_MAX_TICKS = 600,
};

static volatile sig_atomic_t kit_ticks;

static inline void close_pair(const int fd[2])
{
	(void)close(fd[0]);
	(void)close(fd[1]);
}

/* s[0] is the end that connected, s[1] the one that accepted. */
static inline void tcp_pair(int s[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(l, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &len), 0);
	s[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(s[0], (struct sockaddr *)&a, len), 0);
	s[1] = accept(l, NULL, NULL);
	assert_true(s[1] >= 0);
	(void)close(l);
}

/* A file in memory with these bytes, read from its start. */
static inline int memory_file(const char *text)
{
	int fd = memfd_create("file", MFD_CLOEXEC);
	size_t len = strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* A nameless file on the file system of /tmp; the test is skipped without. */
static inline int disk_file(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		TEST_SKIP("no nameless files in /tmp");
	return fd;
}

/* Until that many bytes can be read; TCP may hold some back for an answer. */
static inline void wait_for_bytes(int fd, int want)
{
	int have = 0;

	while (ioctl(fd, FIONREAD, &have) == 0 && have < want)
		(void)usleep(1000);
	assert_int_equal(have, want);
}

static inline void set_flag(int fd, int flag)
{
	int flags = fcntl(fd, F_GETFL);

	assert_int_equal(fcntl(fd, F_SETFL, flags | flag), 0);
}

static inline void kit_tick(int number)
{
	(void)number;
	if (++kit_ticks > KIT_MAX_TICKS)
		abort();
}

/*
 * From now on a signal interrupts what blocks, again and again, so that none
 * comes too early. It takes the place of the harness's alarm, and so ends the
 * test itself when it goes on for too long.
 */
static inline void interrupt_often(void)
{
	const struct itimerval every = {
		.it_interval.tv_usec = KIT_TICK_MICROSECONDS,
		.it_value.tv_usec = KIT_TICK_MICROSECONDS,
	};
	struct sigaction act = { .sa_handler = kit_tick };

	assert_int_equal(sigaction(SIGALRM, &act, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
}

#endif
