/* SPDX-License-Identifier: MIT */
/* What a service manager says in variables, which are gone afterwards. */
#include "net/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/notify.h"
#include "net/sock.h"
#include "test.h"

enum { FIRST = 3 };

static void say(const char *pid, const char *fds, const char *names)
{
	char own[32];

	(void)snprintf(own, sizeof(own), "%d", getpid());
	assert_int_equal(setenv("LISTEN_PID", pid ? pid : own, 1), 0);
	assert_int_equal(setenv("LISTEN_FDS", fds, 1), 0);
	assert_int_equal(setenv("LISTEN_FDNAMES", names, 1), 0);
}

static void all_gone(void)
{
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
}

/* Some that listen, from the first place on; what was there is kept aside. */
static void listen_at(int fd, int *ret_aside)
{
	struct sockaddr_un any = { .sun_family = AF_UNIX };
	int sock;

	*ret_aside = fcntl(fd, F_DUPFD, 100);
	sock = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(sock >= 0);
	assert_int_equal(
		bind(sock, (struct sockaddr *)&any, sizeof(any.sun_family)), 0);
	assert_int_equal(listen(sock, 1), 0);
	if (sock != fd) {
		assert_int_equal(dup2(sock, fd), fd);
		assert_int_equal(close(sock), 0);
	}
}

static void put_back(int fd, int aside)
{
	assert_int_equal(close(fd), 0);
	if (aside < 0)
		return;
	assert_int_equal(dup2(aside, fd), fd);
	assert_int_equal(close(aside), 0);
}

static int take(struct inherited *ret, char error[INHERIT_ERROR_SIZE])
{
	int r;

	error[0] = '\0';
	r = inherit_take(ret, error);
	all_gone();
	return r;
}

TEST(inherit_two_with_names)
{
	char error[INHERIT_ERROR_SIZE];
	struct inherited all;
	int aside[2];

	listen_at(FIRST, &aside[0]);
	listen_at(FIRST + 1, &aside[1]);
	say(NULL, "2", "web");
	assert_int_equal(take(&all, error), 0);
	assert_int_equal(all.n, 2);
	assert_int_equal(all.fds[1], FIRST + 1);
	assert_string_equal(all.names[0], "web");
	assert_string_equal(all.names[1], "unknown");
	assert_true(fcntl(FIRST, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(FIRST, F_GETFL) & O_NONBLOCK);
	/* They are nobody else's: a second time there are none. */
	assert_int_equal(take(&all, error), 0);
	assert_int_equal(all.n, 0);
	put_back(FIRST + 1, aside[1]);
	put_back(FIRST, aside[0]);
}

static int option(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, name, &value, &size), 0);
	return value;
}

/* A slow reader has no more of the kernel's memory than by our own sockets. */
TEST(what_is_accepted_from_it_is_as_from_ours)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int aside = fcntl(FIRST, F_DUPFD, 100);
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	char error[INHERIT_ERROR_SIZE];
	struct inherited all;

	assert_int_equal(bind(sock, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(sock, 1), 0);
	if (sock != FIRST) {
		assert_int_equal(dup2(sock, FIRST), FIRST);
		assert_int_equal(close(sock), 0);
	}
	say(NULL, "1", "web");
	assert_int_equal(take(&all, error), 0);
	assert_int_not_equal(option(FIRST, TCP_NODELAY), 0);
	assert_int_equal(option(FIRST, TCP_NOTSENT_LOWAT), SOCK_READY_BYTES);
	put_back(FIRST, aside);
}

TEST(inherit_nothing)
{
	static const char *const pids[] = { "1", "x", "", "-1",
					    "99999999999999999999999" };
	char error[INHERIT_ERROR_SIZE];
	struct inherited all;

	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		say(pids[i], "1", "");
		assert_int_equal(take(&all, error), 0);
		assert_int_equal(all.n, 0);
	}
	say(NULL, "0", "");
	assert_int_equal(take(&all, error), 0);
	assert_int_equal(all.n, 0);
}

TEST(inherit_too_many)
{
	static const char *const counts[] = { "65", "x", "-1", "4294967299",
					      "99999999999999999999999" };
	char error[INHERIT_ERROR_SIZE];
	struct inherited all;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		say(NULL, counts[i], "");
		assert_int_equal(take(&all, error), -E2BIG);
		assert_string_equal(error, "LISTEN_FDS: more than 64 sockets");
	}
}

TEST(notify_variable_is_gone)
{
	struct notify n;

	assert_int_equal(setenv("NOTIFY_SOCKET", "@somebody", 1), 0);
	notify_init(&n);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_int_equal(n.to.sun_path[0], '\0');
	assert_int_equal(n.len, offsetof(struct sockaddr_un, sun_path) + 9);
	notify_init(&n);
	assert_int_equal(n.len, 0);
	notify_say(&n, "READY=1");
}

TEST_MAIN()
