/* SPDX-License-Identifier: MIT */
/* Signals arrive as bytes of a descriptor, so nothing here is a handler. */
#include "cli/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"
#include "cli/watch.h"

static const int watched[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };

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

/* ── Servers ── */

int control_add(struct control *c, const struct service *s)
{
	if (c->n == CONTROL_SERVERS_MAX)
		return -ENOSPC;
	c->at[c->n++] = (struct controlled){ .service = *s };
	/* One that cannot start is over at once, and found like that. */
	if (c->running)
		service_start(s);
	return 0;
}

void control_drop(struct control *c, const void *it)
{
	for (uint32_t i = 0; i < c->n; i++) {
		if (c->at[i].service.it != it)
			continue;
		c->at[i].leaving = true;
		service_stop(&c->at[i].service, false);
	}
}

static void stop_all(struct control *c, bool at_once)
{
	for (uint32_t i = 0; i < c->n; i++)
		service_stop(&c->at[i].service, at_once);
}

/* One that ends unasked takes the others along. */
static void end_one(struct control *c, uint32_t i)
{
	struct controlled ended = c->at[i];
	int r;

	if (c->watch != NULL)
		watch_forget(c->watch, ended.service.it);
	r = service_end(&ended.service);

	c->at[i] = c->at[--c->n];
	c->result = c->result < 0 ? c->result : r;
	if (!ended.leaving && c->stops == 0)
		stop_all(c, false);
}

/* ── Signals ── */

static void on_stop(struct control *c, int number)
{
	if (c->stops >= 2)
		_exit(EXIT_SIGNAL + number);
	if (c->stops == 0)
		notify_say(&c->notify, "STOPPING=1\nSTATUS=stopping");
	stop_all(c, c->stops > 0);
	c->stops++;
}

static void on_reload(struct control *c)
{
	notify_reloading(&c->notify);
	notify_say(&c->notify,
		   c->reload(c) ? "READY=1\nSTATUS=serving, reloaded"
				: "READY=1\nSTATUS=serving, not reloaded: what "
				  "is there now is not good");
}

/* Nobody sits there any more, who could press a key to end this. */
static bool terminal_is_gone(void)
{
	struct pollfd fd = { .fd = STDERR_FILENO };

	return poll(&fd, 1, 0) == 1 && (fd.revents & (POLLHUP | POLLERR));
}

static void reopen_logs(const struct control *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		service_reopen(&c->at[i].service);
}

static void dump_all(const struct control *c)
{
	for (uint32_t i = 0; i < c->n; i++)
		service_dump(&c->at[i].service);
}

static void on_signal(struct control *c, int number, bool had_terminal)
{
	if (number == SIGUSR1)
		reopen_logs(c);
	else if (number == SIGUSR2)
		dump_all(c);
	else if (number != SIGHUP || (had_terminal && terminal_is_gone()))
		on_stop(c, number);
	else if (c->stops == 0)
		on_reload(c);
}

static void take_signals(struct control *c, int fd, bool had_terminal)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		on_signal(c, (int)info.ssi_signo, had_terminal);
}

/* ── Waiting for either ── */

/* Servers go from the last to the first, since the last fills the gap. */
static void wait_once(struct control *c, int signals, bool had_terminal)
{
	struct pollfd fds[CONTROL_SERVERS_MAX + 1];
	uint32_t n = c->n;

	fds[n] = (struct pollfd){ .fd = signals, .events = POLLIN };
	for (uint32_t i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = service_over_fd(
						  &c->at[i].service),
					  .events = POLLIN };
	if (poll(fds, n + 1, -1) < 0)
		return;
	for (uint32_t i = n; i-- > 0;)
		if (fds[i].revents != 0)
			end_one(c, i);
	if (fds[n].revents != 0)
		take_signals(c, signals, had_terminal);
}

int control_run(struct control *c)
{
	bool had_terminal = isatty(STDERR_FILENO);
	auto_close int signals = open_signals();

	if (signals < 0)
		return say_error("signals", signals);
	notify_init(&c->notify);
	c->running = true;
	for (uint32_t i = 0; i < c->n; i++)
		service_start(&c->at[i].service);
	c->ready(c);
	notify_say(&c->notify, "READY=1\nSTATUS=serving");
	while (c->n > 0)
		wait_once(c, signals, had_terminal);
	if (c->result < 0)
		return say_error("serving ended", c->result);
	return c->stops > 1 ? EXIT_FAILED : EXIT_DONE;
}
