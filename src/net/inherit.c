/* SPDX-License-Identifier: MIT */
/* From variables to sockets: see inherit.h. */
#include "net/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "net/sock.h"

enum { FIRST_FD = 3 };

static int ask(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	if (getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0)
		return -errno;
	return value;
}

/* What is wrong with it, or NULL. */
static const char *is_bad(int fd)
{
	int type = ask(fd, SO_TYPE);

	if (type < 0)
		return strerror(-type);
	if (type != SOCK_STREAM)
		return "no stream socket";
	if (ask(fd, SO_ACCEPTCONN) != 1)
		return "a socket that does not listen";
	return NULL;
}

static int prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	sock_set_heirs(fd);
	return 0;
}

/* The first name of a list with colons; the rest of the list. */
static const char *take_name(const char *list, char name[INHERIT_NAME_SIZE])
{
	size_t len = strcspn(list, ":");

	(void)snprintf(name, INHERIT_NAME_SIZE, "%.*s", (int)len,
		       len > 0 ? list : "unknown");
	if (len == 0)
		(void)snprintf(name, INHERIT_NAME_SIZE, "unknown");
	return list + len + (list[len] == ':');
}

static int take_all(struct inherited *ret, uint64_t n, const char *names,
		    char error[INHERIT_ERROR_SIZE])
{
	if (n > INHERIT_MAX) {
		(void)snprintf(error, INHERIT_ERROR_SIZE,
			       "LISTEN_FDS: more than %d sockets", INHERIT_MAX);
		return -E2BIG;
	}
	for (; ret->n < n; ret->n++) {
		int fd = FIRST_FD + (int)ret->n;
		const char *why = is_bad(fd);
		int r = why == NULL ? prepare(fd) : -EINVAL;

		if (r < 0) {
			(void)snprintf(error, INHERIT_ERROR_SIZE,
				       "LISTEN_FDS: descriptor %d: %s", fd,
				       why != NULL ? why : strerror(-r));
			return r;
		}
		ret->fds[ret->n] = fd;
		names = take_name(names, ret->names[ret->n]);
	}
	return 0;
}

int inherit_take(struct inherited *ret, char ret_error[INHERIT_ERROR_SIZE])
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t who = 0, n = 0;
	int r = 0;

	ret->n = 0;
	if (pid != NULL && count != NULL &&
	    text_digits(slice_of(pid), UINT64_MAX, &who) &&
	    who == (uint64_t)getpid()) {
		if (!text_digits(slice_of(count), UINT64_MAX, &n))
			n = UINT64_MAX;
		r = take_all(ret, n, names != NULL ? names : "", ret_error);
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return r;
}
