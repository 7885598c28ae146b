/* SPDX-License-Identifier: MIT */
/*
 * Ends that connect, and the end of what was sent to a peer.
 *
 *      name ──► addresses ──► one after the other, in a bounded time ──► socket
 */
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/end.h"
#include "cli/moment.h"
#include "net/addr.h"
#include "net/sock.h"

/* How long a peer that has all of it may take to close, and be looked at. */
enum { CLOSE_MS = 2000, LOOK_NS = 10 * 1000 * 1000 };

/* ── One address ── */

/* 0, or -errno; -ETIMEDOUT by us. */
static int wait_connected(int fd, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n = 0;

	while (n == 0) {
		uint64_t now = moment_ms();

		if (now >= until)
			return -ETIMEDOUT;
		n = poll(&p, 1, (int)MIN(until - now, (uint64_t)INT32_MAX));
		if (n < 0 && errno == EINTR)
			n = 0;
	}
	return n < 0 ? -errno : sock_error(fd);
}

static int dial(const struct addr *to, uint64_t until)
{
	auto_close int fd = -1;
	int r = sock_dial(to, &fd);

	if (r == -EINPROGRESS)
		r = wait_connected(fd, until);
	if (r == 0)
		sock_keepalive(fd);
	return r < 0 ? r : take_fd(&fd);
}

/* ── tcp: ── */

bool end_split(const char *where, char host[END_HOST_SIZE],
	       const char **ret_port)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon != NULL ? (size_t)(colon - where) : 0;

	if (len == 0 || colon[1] == '\0')
		return false;
	if (where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	}
	if (len == 0 || len >= END_HOST_SIZE)
		return false;
	memcpy(host, where, len);
	host[len] = '\0';
	*ret_port = colon + 1;
	return true;
}

static unsigned count(const struct addrinfo *list)
{
	unsigned n = 0;

	for (; list != NULL; list = list->ai_next)
		n++;
	return n;
}

/* Each may take its share of the time that is left. */
static int dial_each(struct end *e, const struct addrinfo *list, uint64_t ms)
{
	uint64_t until = moment_ms() + ms;
	unsigned n = count(list), left = n;
	int r = -EHOSTUNREACH;

	for (; list != NULL && r < 0; list = list->ai_next, left--) {
		uint64_t now = moment_ms();
		uint64_t rest = until > now ? until - now : 0;

		struct addr to = { .len = list->ai_addrlen };

		memcpy(&to.storage, list->ai_addr, list->ai_addrlen);
		r = dial(&to, now + rest / left);
	}
	if (r < 0 && n > 1)
		(void)snprintf(e->why, sizeof(e->why),
			       "none of its %u addresses answers, the last: %s",
			       n, strerror(-r));
	return r;
}

static int dial_tcp(struct end *e, uint64_t ms)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char host[END_HOST_SIZE];
	const char *port;
	int r;

	if (!end_split(e->where, host, &port))
		return -EINVAL;
	r = getaddrinfo(host, port, &want, &list);
	if (r != 0) {
		(void)snprintf(e->why, sizeof(e->why), "%s",
			       r == EAI_SYSTEM ? strerror(errno)
					       : gai_strerror(r));
		return -EHOSTUNREACH;
	}
	r = dial_each(e, list, ms);
	freeaddrinfo(list);
	return r;
}

/* ── unix: ── */

static int dial_unix(const char *path, bool abstract, uint64_t ms)
{
	struct addr to = { .un = { .sun_family = AF_UNIX } };
	size_t len = strlen(path);

	if (len >= sizeof(to.un.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.un.sun_path, path, len);
	/* An abstract name is exactly as long as it is. */
	if (abstract)
		to.un.sun_path[0] = '\0';
	else
		len++;
	to.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return dial(&to, moment_ms() + ms);
}

int end_dial(struct end *e, uint64_t connect_ms)
{
	if (e->how == END_TCP)
		return dial_tcp(e, connect_ms);
	return dial_unix(e->where, e->how == END_UNIX && e->where[0] == '@',
			 connect_ms);
}

/* ── The end ── */

/* 1: the peer has closed, 0: not yet. What it sends is thrown away. */
static int has_closed(int fd)
{
	char buf[4096];
	ssize_t n;

	do
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	while (n > 0);
	if (n == 0)
		return 1;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* Whether nothing was taken for too long. */
static bool is_stuck(struct end *e, uint64_t unsent, uint64_t *since)
{
	uint64_t now = moment_ms();

	if (*since == 0 || unsent != e->unsent)
		*since = now;
	e->unsent = unsent;
	return unsent > 0 && e->patience_ms > 0 &&
	       now - *since > e->patience_ms;
}

/*
 * Sent is not received. What the peer's kernel lacks is asked for, and a peer
 * that closes with bytes unread says so by a reset: it gets time for that.
 */
int end_hand_over(struct end *e)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t since = 0;

	if (shutdown(e->fd, SHUT_WR) < 0)
		return -errno;
	for (;;) {
		int unsent = 0, closed = has_closed(e->fd);

		if (closed < 0)
			return closed;
		if (ioctl(e->fd, SIOCOUTQ, &unsent) < 0)
			unsent = 0;
		if (is_stuck(e, (uint64_t)unsent, &since))
			return -ETIMEDOUT;
		if (unsent == 0 && (closed || moment_ms() - since > CLOSE_MS))
			return 0;
		(void)nanosleep(&pause, NULL);
	}
}
