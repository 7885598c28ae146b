/* SPDX-License-Identifier: MIT */
/* Signals arrive as bytes of a descriptor, so nothing here is a handler. */
#include "cli/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"
#include "serve/serve.h"

static const int watched[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/* What is known while the servers run. */
struct watch {
	const struct control *control;
	unsigned stops;
	bool had_terminal;
	struct pollfd fds[CONTROL_SERVERS_MAX + 1]; /* the first: signals */
};

static int open_signals(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(watched); i++)
		(void)sigaddset(&set, watched[i]);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static void stop_all(const struct control *c, enum serve_how how)
{
	for (uint32_t i = 0; i < c->n; i++)
		serve_stop(c->servers[i], how);
}

static void on_stop(struct watch *w, int number)
{
	if (w->stops >= 2)
		_exit(EXIT_SIGNAL + number);
	stop_all(w->control, w->stops == 0 ? SERVE_DRAIN : SERVE_NOW);
	w->stops++;
}

/* Nobody sits there any more, who could press a key to end this. */
static bool terminal_is_gone(const struct watch *w)
{
	struct pollfd fd = { .fd = STDERR_FILENO };

	return w->had_terminal && poll(&fd, 1, 0) == 1 &&
	       (fd.revents & (POLLHUP | POLLERR));
}

static void reopen_logs(const struct control *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		serve_reopen(c->servers[i]);
}

static void on_signal(struct watch *w, int number)
{
	if (number == SIGUSR1)
		reopen_logs(w->control);
	else if (number != SIGHUP || terminal_is_gone(w))
		on_stop(w, number);
	else if (w->stops == 0)
		w->control->reload(w->control->context);
}

static void take_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->fds[0].fd, &info, sizeof(info)) == sizeof(info))
		on_signal(w, (int)info.ssi_signo);
}

/* How many have ended; one that ends unasked takes the others along. */
static uint32_t count_ended(struct watch *w)
{
	uint32_t ended = 0;

	for (uint32_t i = 1; i <= w->control->n; i++) {
		if (w->fds[i].revents != 0)
			w->fds[i].fd = -1;
		ended += w->fds[i].fd < 0;
	}
	if (ended > 0 && w->stops == 0)
		stop_all(w->control, SERVE_DRAIN);
	return ended;
}

static void wait_all(struct watch *w)
{
	do {
		/* What ended once stays so: its place is empty then. */
		if (poll(w->fds, w->control->n + 1, -1) < 0)
			continue;
		take_signals(w);
	} while (count_ended(w) < w->control->n);
}

static int join_all(const struct control *c)
{
	int result = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		int r = serve_join(c->servers[i]);

		result = result < 0 ? result : r;
	}
	return result;
}

int control_run(const struct control *c)
{
	struct watch w = { .control = c,
			   .had_terminal = isatty(STDERR_FILENO) };
	auto_close int signals = open_signals();
	int r;

	if (signals < 0)
		return say_error("signals", signals);
	w.fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	for (uint32_t i = 0; i < c->n; i++) {
		(void)serve_start(c->servers[i]);
		w.fds[i + 1] = (struct pollfd){
			.fd = serve_over_fd(c->servers[i]), .events = POLLIN
		};
	}
	c->ready(c->context);
	wait_all(&w);
	r = join_all(c);
	if (r < 0)
		return say_error("serving ended", r);
	return w.stops > 1 ? EXIT_FAILED : EXIT_DONE;
}
