/* SPDX-License-Identifier: MIT */
/* Flags, a timer, and names to remove: see signals.h. */
#include "cli/signals.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/say.h"

enum { GUARDS_MAX = 256, NUDGE_MS = 20, MS = 1000 };
enum { NS_OF_MS = 1000 * 1000 };

static const int stoppers[] = { SIGINT, SIGTERM, SIGHUP };

/* What a handler touches is atomic. */
static _Atomic(const struct signals_guard *) guards[GUARDS_MAX];
static atomic_int stop;
static atomic_bool gentle, state, size;
static atomic_uint tick_ms;
static timer_t timer;
static bool has_timer;

/* ── The timer ── */

static void set_timer(unsigned ms)
{
	struct itimerspec every = {
		.it_interval = {.tv_sec = ms / MS,
                                .tv_nsec = (long)(ms % MS) * NS_OF_MS},
	};

	every.it_value = every.it_interval;
	if (has_timer)
		(void)timer_settime(timer, 0, &every, NULL);
}

/* What was flagged has been seen; what is flagged just now must be, too. */
static void calm_down(void)
{
	set_timer(atomic_load(&tick_ms));
	if (atomic_load(&stop) != 0 || atomic_load(&state))
		set_timer(NUDGE_MS);
}

void signals_tick(unsigned ms)
{
	atomic_store(&tick_ms, ms);
	calm_down();
}

/* ── Handlers ── */

static void leave(int number)
{
	for (size_t i = 0; i < GUARDS_MAX; i++) {
		const struct signals_guard *g = atomic_load(&guards[i]);

		if (g != NULL)
			(void)unlinkat(g->dir, g->name, 0);
	}
	_exit(EXIT_SIGNAL + number);
}

static void on_stop(int number)
{
	if (!atomic_load(&gentle) || atomic_load(&stop) != 0)
		leave(number);
	atomic_store(&stop, number);
	set_timer(NUDGE_MS);
}

static void on_state(int number)
{
	(void)number;
	atomic_store(&state, true);
	set_timer(NUDGE_MS);
}

static void on_size(int number)
{
	(void)number;
	atomic_store(&size, true);
}

static void on_tick(int number)
{
	(void)number;
}

static void handle(int number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigfillset(&action.sa_mask);
	(void)sigaction(number, &action, NULL);
}

void signals_watch(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM };
	struct sigaction old;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	handle(SIGALRM, on_tick);
	has_timer = timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
	handle(SIGUSR1, on_state);
	handle(SIGWINCH, on_size);
	for (size_t i = 0; i < ARRAY_SIZE(stoppers); i++)
		if (sigaction(stoppers[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			handle(stoppers[i], on_stop);
}

/* ── Flags ── */

void signals_gently(bool on)
{
	atomic_store(&gentle, on);
}

int signals_stop(void)
{
	return atomic_load(&stop);
}

bool signals_take_state(void)
{
	bool asked = atomic_exchange(&state, false);

	if (asked)
		calm_down();
	return asked;
}

bool signals_take_size(void)
{
	return atomic_exchange(&size, false);
}

void signals_hold(sigset_t *ret_before)
{
	sigset_t ours;

	sigemptyset(&ours);
	for (size_t i = 0; i < ARRAY_SIZE(stoppers); i++)
		sigaddset(&ours, stoppers[i]);
	(void)pthread_sigmask(SIG_BLOCK, &ours, ret_before);
}

void signals_release(const sigset_t *before)
{
	(void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* ── Names that go ── */

void signals_guard(const struct signals_guard *g)
{
	for (size_t i = 0; i < GUARDS_MAX; i++) {
		const struct signals_guard *none = NULL;

		if (atomic_compare_exchange_strong(&guards[i], &none, g))
			return;
	}
}

void signals_unguard(const struct signals_guard *g)
{
	for (size_t i = 0; i < GUARDS_MAX; i++) {
		const struct signals_guard *held = g;

		if (atomic_compare_exchange_strong(&guards[i], &held, NULL))
			return;
	}
}
