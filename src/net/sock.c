/* SPDX-License-Identifier: MIT */
/* Listening and accepting: see sock.h. */
#include "net/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

/* The kernel cuts it at net.core.somaxconn. */
enum { BACKLOG = 4096, ACCEPT_TRIES = 16 };

static int set_flag(int fd, int level, int name)
{
	const int on = 1;

	return setsockopt(fd, level, name, &on, sizeof(on)) < 0 ? -errno : 0;
}

/* A socket bound to the address, not listening yet. */
static int open_bound(const struct addr *a, bool shared)
{
	auto_close int fd = socket(
		a->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : 0;

	if (r == 0 && a->sa.sa_family != AF_UNIX) {
		r = set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
		sock_set_heirs(fd);
	}
	if (r == 0 && a->sa.sa_family == AF_INET6)
		r = set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (r == 0 && shared)
		r = set_flag(fd, SOL_SOCKET, SO_REUSEPORT);
	if (r == 0 && bind(fd, &a->sa, a->len) < 0)
		r = -errno;
	return r < 0 ? r : take_fd(&fd);
}

static void close_all(const int fds[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		(void)close(fds[i]);
}

/* Learns the port that was got for port 0. */
static int ask_bound(struct addr *a, int fd)
{
	a->len = sizeof(a->storage);
	return getsockname(fd, &a->sa, &a->len) < 0 ? -errno : 0;
}

/*
 * Whether the port is free: with SO_REUSEPORT the bind would succeed beside
 * another server of the same user, and half of the clients would be its own.
 * With SO_REUSEADDR it succeeds unless somebody listens there.
 */
static int probe(struct addr *a)
{
	auto_close int fd = open_bound(a, false);
	int r;

	if (fd < 0)
		return fd;
	/* SO_REUSEADDR lets two bind as long as neither listens. */
	if (listen(fd, 1) < 0)
		return -errno;
	r = ask_bound(a, fd);
	return r;
}

int sock_listen_beside(const struct addr *a, int fds[], uint32_t n)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < n; i++) {
		fds[i] = open_bound(a, true);
		if (fds[i] >= 0 && listen(fds[i], BACKLOG) < 0) {
			r = -errno;
			(void)close(fds[i]);
		}
		if (fds[i] < 0)
			r = fds[i];
		if (r < 0)
			close_all(fds, i);
	}
	return r;
}

static int listen_inet(struct addr *a, int fds[], uint32_t n)
{
	int r = probe(a);

	return r < 0 ? r : sock_listen_beside(a, fds, n);
}

/* Removes a socket file that nobody answers on; all else stays. */
static int remove_stale(const struct addr *a)
{
	auto_close int fd = socket(
		AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (lstat(a->un.sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (connect(fd, &a->sa, a->len) == 0 || errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(a->un.sun_path) < 0 ? -errno : 0;
}

static int listen_unix(const struct addr *a, int fds[], uint32_t n)
{
	int r = a->un.sun_path[0] == '\0' ? 0 : remove_stale(a);
	auto_close int fd = r == 0 ? open_bound(a, false) : -1;

	if (r < 0)
		return r;
	if (fd < 0)
		return fd;
	if (listen(fd, BACKLOG) < 0)
		return -errno;
	for (uint32_t i = 0; i < n; i++) {
		fds[i] = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (fds[i] < 0) {
			r = -errno;
			close_all(fds, i);
			return r;
		}
	}
	return 0;
}

int sock_listen(struct addr *a, int fds[], uint32_t n)
{
	if (a->sa.sa_family == AF_UNIX)
		return listen_unix(a, fds, n);
	return listen_inet(a, fds, n);
}

void sock_unlink(const struct addr *a)
{
	if (a->sa.sa_family == AF_UNIX && a->un.sun_path[0] != '\0')
		(void)unlink(a->un.sun_path);
}

/* Errors that belong to the one connection, not to the listener. */
static bool is_of_connection(int error)
{
	switch (error) {
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case ENETDOWN:
	case ENOPROTOOPT:
	case EHOSTDOWN:
	case ENONET:
	case EHOSTUNREACH:
	case EOPNOTSUPP:
	case ENETUNREACH:
		return true;
	default:
		return false;
	}
}

int sock_accept(int listener, struct addr *ret_peer)
{
	struct addr peer;

	for (int i = 0; i < ACCEPT_TRIES; i++) {
		int fd;

		peer.len = sizeof(peer.storage);
		fd = accept4(listener, ret_peer ? &peer.sa : NULL,
			     ret_peer ? &peer.len : NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			if (ret_peer != NULL)
				*ret_peer = peer;
			return fd;
		}
		if (!is_of_connection(errno))
			return -errno;
	}
	return -EAGAIN;
}

int sock_queued(int listener)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return -errno;
	return (int)info.tcpi_unacked; /* of a listener: its queue */
}

void sock_spoil(int fd)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void sock_keepalive(int fd)
{
	(void)set_flag(fd, SOL_SOCKET, SO_KEEPALIVE);
}

static bool is_this_machine(const struct addr *a)
{
	const struct sockaddr_in *in = (const void *)&a->sa;
	const struct sockaddr_in6 *in6 = (const void *)&a->sa;

	if (a->sa.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	return a->sa.sa_family == AF_INET &&
	       ntohl(in->sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
}

/* The other side is the same kernel: it has said yes or no already. */
static int answer_at_once(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (poll(&p, 1, 0) <= 0)
		return -EINPROGRESS;
	return p.revents & (POLLERR | POLLHUP) ? sock_error(fd) : 0;
}

static int set_transparent(int fd, int family)
{
	return family == AF_INET6 ? set_flag(fd, IPPROTO_IPV6, IPV6_TRANSPARENT)
				  : set_flag(fd, IPPROTO_IP, IP_TRANSPARENT);
}

/* The port is picked when it connects, so that each target has all of them. */
static int bind_as(int fd, const struct addr *from)
{
	struct addr own = *from;
	struct sockaddr_in sin;
	int r = set_transparent(fd, from->sa.sa_family);

	if (r < 0)
		return r;
	/* Both families have the port in the same place. */
	memcpy(&sin, &own.storage, sizeof(sin));
	sin.sin_port = 0;
	memcpy(&own.storage, &sin, sizeof(sin));
	(void)set_flag(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
	return bind(fd, &own.sa, own.len) < 0 ? -errno : 0;
}

int sock_may_dial_as(void)
{
	auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : set_transparent(fd, AF_INET);
}

int sock_dial_as(const struct addr *from, const struct addr *to, int *ret_fd)
{
	auto_close int fd = socket(to->sa.sa_family,
				   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				   0);
	int r = 0;

	*ret_fd = -1;
	if (fd < 0)
		return -errno;
	if (to->sa.sa_family != AF_UNIX) {
		(void)set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
		if (from != NULL && from->sa.sa_family == to->sa.sa_family)
			r = bind_as(fd, from);
	}
	if (r == 0 && connect(fd, &to->sa, to->len) < 0)
		r = -errno;
	if (r == -EINPROGRESS && is_this_machine(to))
		r = answer_at_once(fd);
	if (r == 0 || r == -EINPROGRESS)
		*ret_fd = take_fd(&fd);
	return r;
}

int sock_dial(const struct addr *to, int *ret_fd)
{
	return sock_dial_as(NULL, to, ret_fd);
}

int sock_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return -errno;
	return -error;
}

void sock_set_heirs(int listener)
{
	(void)set_flag(listener, IPPROTO_TCP, TCP_NODELAY);
	sock_ready_bytes(listener, SOCK_READY_BYTES);
}

void sock_ready_bytes(int fd, uint32_t bytes)
{
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes,
			 sizeof(bytes));
}

uint64_t sock_raise_fd_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	if (limit.rlim_cur < limit.rlim_max) {
		rlim_t soft = limit.rlim_cur;

		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
			limit.rlim_cur = soft;
	}
	return limit.rlim_cur;
}
