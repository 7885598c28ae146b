/* SPDX-License-Identifier: MIT */
/* Ends for tests, made of what the kernel really has. */
#include "ends.h"

#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const ends_names[ENDS_KINDS] = {
	[ENDS_FILE_HERE] = "file", [ENDS_FILE_AT] = "file at",
	[ENDS_UNIX] = "unix",      [ENDS_TCP] = "tcp",
	[ENDS_PIPE] = "pipe",      [ENDS_DEVICE] = "device",
	[ENDS_CALL] = "function",  [ENDS_MEMORY] = "memory",
};

static unsigned char pattern[ENDS_TOTAL];

static void make_pattern(void)
{
	uint32_t x = 2463534242;

	if (pattern[0] != 0)
		return;
	for (size_t i = 0; i < ENDS_TOTAL; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		pattern[i] = (unsigned char)(x | (i == 0));
	}
}

unsigned char ends_byte(const struct ends *e, uint64_t i)
{
	return e->src_kind == ENDS_DEVICE ? 0 : pattern[i];
}

static void check(struct ends *e, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != ends_byte(e, e->got + i))
			e->wrong = true;
	e->got += n;
}

static void set_nonblocking(int fd)
{
	assert(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
}

void ends_tcp_pair(int ret[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert(bind(listener, (struct sockaddr *)&a, len) == 0);
	assert(listen(listener, 1) == 0);
	assert(getsockname(listener, (struct sockaddr *)&a, &len) == 0);
	ret[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(connect(ret[0], (struct sockaddr *)&a, len) == 0);
	ret[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert(ret[1] >= 0);
	(void)close(listener);
}

/* ret[0] is ours to transfer with, ret[1] is the far side. */
static void stream_pair(enum ends_kind kind, bool is_source, int ret[2])
{
	int fd[2];

	if (kind == ENDS_TCP) {
		ends_tcp_pair(ret);
	} else if (kind == ENDS_UNIX) {
		assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
				  ret) == 0);
	} else {
		assert(pipe2(fd, O_CLOEXEC) == 0);
		ret[0] = is_source ? fd[0] : fd[1];
		ret[1] = is_source ? fd[1] : fd[0];
	}
	set_nonblocking(ret[0]);
	set_nonblocking(ret[1]);
}

static int new_file(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("ends", MFD_CLOEXEC);
	assert(fd >= 0);
	assert(ftruncate(fd, ENDS_SKIP) == 0);
	return fd;
}

static int source_file(void)
{
	int fd = new_file();

	assert(pwrite(fd, pattern, ENDS_TOTAL, ENDS_SKIP) == ENDS_TOTAL);
	assert(lseek(fd, ENDS_SKIP, SEEK_SET) == ENDS_SKIP);
	return fd;
}

/* Odd counts, and every fourth call says "not now". */
static int64_t read_some(void *context, void *buf, size_t size, short *ret_poll)
{
	struct ends *e = context;
	uint64_t n = e->total - e->fed;

	assert(*ret_poll == POLLIN);
	if (++e->calls % 4 == 0)
		return -EAGAIN;
	n = n < size ? n : size;
	n = n < 9973 ? n : 9973;
	memcpy(buf, pattern + e->fed, n);
	e->fed += n;
	return (int64_t)n;
}

static int64_t write_some(void *context, const void *buf, size_t size,
			  short *ret_poll)
{
	struct ends *e = context;
	size_t n = size < 7919 ? size : 7919;

	assert(*ret_poll == POLLOUT);
	if (++e->calls % 4 == 0)
		return -EAGAIN;
	check(e, buf, n);
	return (int64_t)n;
}

static void open_src(struct ends *e)
{
	int pair[2];

	switch (e->src_kind) {
	case ENDS_FILE_HERE:
	case ENDS_FILE_AT:
		e->src_fd = source_file();
		break;
	case ENDS_DEVICE:
		e->src_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
		e->total = POUR_ALL;
		break;
	case ENDS_CALL:
		e->src = pour_from(read_some, e, -1);
		return;
	case ENDS_MEMORY:
		e->src = pour_memory(pattern, ENDS_TOTAL);
		return;
	case ENDS_UNIX:
	case ENDS_TCP:
	case ENDS_PIPE:
	case ENDS_KINDS:
		stream_pair(e->src_kind, true, pair);
		e->src_fd = pair[0];
		e->feed_fd = pair[1];
		break;
	}
	assert(pour_end_of(&e->src, e->src_fd) == 0);
	if (e->src_kind == ENDS_FILE_AT)
		e->src = pour_file_at(e->src_fd, ENDS_SKIP);
}

static void open_dst(struct ends *e)
{
	int pair[2];

	switch (e->dst_kind) {
	case ENDS_FILE_HERE:
	case ENDS_FILE_AT:
		e->dst_fd = new_file();
		assert(lseek(e->dst_fd, ENDS_SKIP, SEEK_SET) == ENDS_SKIP);
		break;
	case ENDS_DEVICE:
		e->dst_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		break;
	case ENDS_CALL:
		e->dst = pour_to(write_some, e, -1);
		return;
	case ENDS_UNIX:
	case ENDS_TCP:
	case ENDS_PIPE:
	case ENDS_MEMORY:
	case ENDS_KINDS:
		stream_pair(e->dst_kind, false, pair);
		e->dst_fd = pair[0];
		e->drain_fd = pair[1];
		break;
	}
	assert(pour_end_of(&e->dst, e->dst_fd) == 0);
	if (e->dst_kind == ENDS_FILE_AT)
		e->dst = pour_file_at(e->dst_fd, ENDS_SKIP);
}

void ends_open(struct ends *e, enum ends_kind src, enum ends_kind dst)
{
	make_pattern();
	memset(e, 0, sizeof(*e));
	e->src_fd = e->dst_fd = e->feed_fd = e->drain_fd = -1;
	e->src_kind = src;
	e->dst_kind = dst;
	e->total = ENDS_TOTAL;
	open_src(e);
	open_dst(e);
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void ends_close(struct ends *e)
{
	close_one(&e->src_fd);
	close_one(&e->dst_fd);
	close_one(&e->feed_fd);
	close_one(&e->drain_fd);
}

void ends_feed(struct ends *e)
{
	while (e->feed_fd >= 0) {
		ssize_t n = write(e->feed_fd, pattern + e->fed,
				  e->total - e->fed);

		if (n <= 0)
			return;
		e->fed += (uint64_t)n;
		if (e->fed == e->total)
			close_one(&e->feed_fd);
	}
}

static void drain(struct ends *e)
{
	static unsigned char buf[1 << 16];
	ssize_t n;

	while (e->drain_fd >= 0 &&
	       (n = read(e->drain_fd, buf, sizeof(buf))) > 0)
		check(e, buf, (size_t)n);
}

void ends_move(struct ends *e)
{
	ends_feed(e);
	drain(e);
}

int ends_run(struct ends *e, struct pour *p)
{
	int r;

	for (unsigned i = 0; i < 2000000; i++) {
		r = pour_step(p);
		if (r > 0 && r & POUR_WANT_DISK)
			(void)pour_warm(p);
		ends_move(e);
		if (r <= 0)
			return r;
	}
	return -ETIMEDOUT;
}

static void read_file(struct ends *e)
{
	static unsigned char buf[1 << 16];
	ssize_t n;

	e->got = 0;
	while ((n = pread(e->dst_fd, buf, sizeof(buf),
			  (off_t)(ENDS_SKIP + e->got))) > 0)
		check(e, buf, (size_t)n);
}

/* Ends the stream, so that its last byte is seen and waited for. */
static void drain_to_the_end(struct ends *e)
{
	struct pollfd fd = { .fd = e->drain_fd, .events = POLLIN };
	char byte;

	if (e->dst_kind == ENDS_PIPE)
		close_one(&e->dst_fd);
	else
		(void)shutdown(e->dst_fd, SHUT_WR);
	do {
		drain(e);
		(void)poll(&fd, 1, 1000);
	} while (recv(e->drain_fd, &byte, 1, MSG_PEEK) > 0 ||
		 (e->dst_kind == ENDS_PIPE && (fd.revents & POLLIN)));
}

uint64_t ends_arrived(struct ends *e)
{
	if (e->drain_fd >= 0)
		drain_to_the_end(e);
	if (e->dst_kind == ENDS_FILE_HERE || e->dst_kind == ENDS_FILE_AT)
		read_file(e);
	return e->got;
}

int ends_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert(dir != NULL);
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n;
}
