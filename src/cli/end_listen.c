/* SPDX-License-Identifier: MIT */
/*
 * Ends that wait for one connection.
 *
 *      listen ──► say where ──► the first who comes ──► listen no more
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/end.h"
#include "cli/signals.h"
#include "net/addr.h"
#include "net/sock.h"

/* "*:PORT" is two of them. */
enum { LISTENERS_MAX = 2, PORT_TRIES = 8, WHERE_SIZE = ADDR_TEXT_SIZE + 16 };

struct listeners {
	struct addr at[LISTENERS_MAX];
	int fd[LISTENERS_MAX];
	int n;
	struct signals_guard guard; /* of the file of a unix socket */
};

/* ── Where ── */

/* A name that stands for an address of this machine. */
static int look_up(struct end *e, struct addr *ret)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM,
				 .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;
	char host[END_HOST_SIZE];
	const char *port;
	int r;

	if (!end_split(e->where, host, &port))
		return -EINVAL;
	r = getaddrinfo(host, port, &want, &list);
	if (r != 0) {
		(void)snprintf(e->why, sizeof(e->why), "%s", gai_strerror(r));
		return -EADDRNOTAVAIL;
	}
	memset(ret, 0, sizeof(*ret));
	memcpy(&ret->storage, list->ai_addr, list->ai_addrlen);
	ret->len = list->ai_addrlen;
	freeaddrinfo(list);
	return 1;
}

/* How many addresses, or -errno. */
static int addresses(struct end *e, struct addr ret[LISTENERS_MAX])
{
	char text[ADDR_TEXT_SIZE];
	const char *why = "";
	int n;

	if (e->how == END_TCP_LISTEN) {
		n = addr_parse(e->where, ret, &why);
		return n > 0 ? n : look_up(e, &ret[0]);
	}
	(void)snprintf(text, sizeof(text), "unix:%s", e->where);
	return addr_parse(text, ret, &why);
}

/* ── Listening ── */

static void stop_listening(struct listeners *l)
{
	for (int i = 0; i < l->n; i++) {
		if (l->guard.name != NULL)
			sock_unlink(&l->at[i]);
		(void)close(l->fd[i]);
	}
	signals_unguard(&l->guard);
	l->n = 0;
}

static uint16_t *port_of(struct addr *a)
{
	if (a->sa.sa_family == AF_INET)
		return &((struct sockaddr_in *)&a->storage)->sin_port;
	return &((struct sockaddr_in6 *)&a->storage)->sin6_port;
}

/* The second gets the port that the first one got. */
static int open_each(struct listeners *l, int n)
{
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		if (i > 0)
			*port_of(&l->at[i]) = *port_of(&l->at[0]);
		r = sock_listen(&l->at[i], &l->fd[i], 1);
		if (r == 0)
			l->n++;
		/* A machine without IPv6 listens on what it has. */
		if (r == -EAFNOSUPPORT && i > 0)
			r = 0;
	}
	return r;
}

/* A port that the kernel chose for one family may be taken in the other. */
static int open_all(struct listeners *l, int n)
{
	bool is_chosen = n > 1 && *port_of(&l->at[0]) == 0;
	int r = open_each(l, n);

	for (int i = 0; i < PORT_TRIES && is_chosen && r == -EADDRINUSE; i++) {
		stop_listening(l);
		*port_of(&l->at[0]) = 0;
		r = open_each(l, n);
	}
	return r;
}

static int open_listeners(struct end *e, struct listeners *l)
{
	int n = addresses(e, l->at), r = n < 0 ? n : open_all(l, n);

	if (r == 0 && e->how == END_UNIX_LISTEN && e->where[0] != '@') {
		l->guard = (struct signals_guard){ AT_FDCWD, e->where };
		signals_guard(&l->guard);
	}
	return r;
}

static void say_where(struct end *e, const struct listeners *l,
		      void (*listening)(const char *where))
{
	char text[ADDR_TEXT_SIZE], where[WHERE_SIZE];

	for (int i = 0; i < l->n; i++) {
		addr_text(&l->at[i], text);
		(void)snprintf(where, sizeof(where), "%s%s",
			       e->how == END_TCP_LISTEN ? "tcp:" : "", text);
		listening(where);
	}
}

static int accept_one(const struct listeners *l)
{
	struct pollfd p[LISTENERS_MAX];
	const int on = 1;
	int fd = -EAGAIN;

	for (int i = 0; i < l->n; i++)
		p[i] = (struct pollfd){ .fd = l->fd[i], .events = POLLIN };
	while (fd == -EAGAIN) {
		if (poll(p, (nfds_t)l->n, -1) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < l->n && fd == -EAGAIN; i++)
			fd = sock_accept(l->fd[i], NULL);
	}
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	return fd;
}

int end_listen(struct end *e, void (*listening)(const char *where))
{
	struct listeners l = { .n = 0 };
	int r = open_listeners(e, &l);

	if (r == 0 && listening != NULL)
		say_where(e, &l, listening);
	if (r == 0)
		r = accept_one(&l);
	stop_listening(&l);
	return r;
}
