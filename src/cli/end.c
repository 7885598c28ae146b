/* SPDX-License-Identifier: MIT */
/* Ends by their spelling; paths and descriptors. */
#include "cli/end.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "cli/moment.h"
#include "cli/say.h"
#include "net/addr.h"

enum { PAUSE_NS = 5 * 1000 * 1000, MS = 1000 };

/* ── Spelling ── */

static const struct {
	const char *prefix;
	enum end_how how;
} spellings[] = {
	{"fd:",           END_FD         },
	{ "tcp:",         END_TCP        },
	{ "tcp-listen:",  END_TCP_LISTEN },
	{ "unix:",        END_UNIX       },
	{ "unix-listen:", END_UNIX_LISTEN},
};

static int wrong(struct end *e, const char *why)
{
	(void)snprintf(e->why, sizeof(e->why), "%s", why);
	return -EINVAL;
}

static int spell_fd(struct end *e)
{
	uint64_t n;

	if (!text_digits(slice_of(e->where), INT32_MAX, &n))
		return wrong(e, "a descriptor is a number, such as fd:3");
	e->fd = (int)n;
	return fcntl(e->fd, F_GETFD) < 0 ? -errno : 0;
}

static int spell_tcp(struct end *e)
{
	char host[END_HOST_SIZE];
	const char *port;

	if (end_split(e->where, host, &port))
		return 0;
	return wrong(e, "a host and a port are needed: tcp:HOST:PORT");
}

static int spell_tcp_listen(struct end *e)
{
	struct addr a[2];
	char host[END_HOST_SIZE];
	const char *why, *port;

	if (addr_parse(e->where, a, &why) > 0)
		return a[0].sa.sa_family != AF_UNIX
			       ? 0
			       : wrong(e, "that is unix-listen:PATH");
	/* What is no number may be a name: "localhost:80". */
	if (end_split(e->where, host, &port))
		return 0;
	return wrong(e, why);
}

static int spell_unix(struct end *e)
{
	struct sockaddr_un un;

	if (e->where[0] == '\0')
		return wrong(e, "a path is missing");
	if (strlen(e->where) >= sizeof(un.sun_path))
		return wrong(e, "the path of a unix socket has at most 107 "
				"bytes");
	return 0;
}

static int spell(struct end *e, int standard)
{
	switch (e->how) {
	case END_STANDARD:
		e->fd = standard;
		e->name = standard == STDIN_FILENO ? "standard input"
						   : "standard output";
		return 0;
	case END_FD:
		return spell_fd(e);
	case END_TCP:
		return spell_tcp(e);
	case END_TCP_LISTEN:
		return spell_tcp_listen(e);
	case END_UNIX:
	case END_UNIX_LISTEN:
		return spell_unix(e);
	case END_PATH:
		break;
	}
	return 0;
}

int end_spell(struct end *ret, const char *text, int standard)
{
	memset(ret, 0, sizeof(*ret));
	ret->name = ret->where = text;
	ret->fd = -1;
	if (strcmp(text, "-") == 0)
		ret->how = END_STANDARD;
	for (size_t i = 0; i < ARRAY_SIZE(spellings); i++) {
		size_t len = strlen(spellings[i].prefix);

		if (strncmp(text, spellings[i].prefix, len) == 0) {
			ret->how = spellings[i].how;
			ret->where = text + len;
		}
	}
	return spell(ret, standard);
}

/* ── Opening ── */

/*
 * A FIFO that nobody reads says ENXIO and is asked again. To wait inside open()
 * would be to wait for ever.
 */
static int open_fifo(struct end *e, int flags, uint64_t wait_ms)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint64_t until = moment_ms() + wait_ms;
	auto_close int fd = -1;

	for (;;) {
		fd = open(e->name, flags | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 || errno != ENXIO)
			break;
		if (moment_ms() >= until) {
			(void)snprintf(e->why, sizeof(e->why),
				       "nobody came to read it within %g "
				       "seconds (--connect-timeout)",
				       (double)wait_ms / MS);
			return -ENXIO;
		}
		(void)nanosleep(&pause, NULL);
	}
	if (fd < 0 || fcntl(fd, F_SETFL, flags) < 0)
		return -errno;
	return take_fd(&fd);
}

static int open_path(struct end *e, int flags, uint64_t wait_ms)
{
	struct stat st;
	bool there = stat(e->name, &st) == 0;
	int fd;

	if (there && S_ISFIFO(st.st_mode) && flags == O_WRONLY)
		return open_fifo(e, flags, wait_ms);
	/* The one thing with a path that open() does not open. */
	if (there && S_ISSOCK(st.st_mode))
		return end_dial(e, wait_ms);
	fd = open(e->name, flags | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static int open_by_how(struct end *e, int flags, const struct end_opts *opts)
{
	switch (e->how) {
	case END_PATH:
		return open_path(e, flags, opts->connect_ms);
	case END_TCP:
	case END_UNIX:
		return end_dial(e, opts->connect_ms);
	case END_TCP_LISTEN:
	case END_UNIX_LISTEN:
		return end_listen(e, opts->listening);
	case END_STANDARD:
	case END_FD:
		break;
	}
	return e->fd;
}

int end_open(struct end *e, int flags, const struct end_opts *opts)
{
	int fd = open_by_how(e, flags, opts);

	if (fd < 0)
		return fd;
	e->fd = fd;
	return fstat(fd, &e->st) < 0 ? -errno : 0;
}

/* ── Ending ── */

bool end_is_peer(const struct end *e)
{
	return e->how != END_STANDARD && e->how != END_FD &&
	       S_ISSOCK(e->st.st_mode);
}

int end_close(struct end *e)
{
	int r = end_is_peer(e) ? end_hand_over(e) : 0;

	end_restore(e);
	if (close(take_fd(&e->fd)) < 0 && r == 0)
		r = -errno;
	return r;
}

int end_error(const struct end *e, int error)
{
	if (e->why[0] == '\0')
		return say_error(e->name, error);
	say("%s: %s", e->name, e->why);
	return EXIT_FAILED;
}
