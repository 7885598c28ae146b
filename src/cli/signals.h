/* SPDX-License-Identifier: MIT */
/*
 * Signals of a command that moves bytes.
 *
 *      INT, TERM, HUP ─┬─► at once: guarded names go, exit 128 + its number
 *                      └─► gently: signals_stop() says so; the second: at once
 *      USR1            ───► signals_take_state()
 *      WINCH           ───► signals_take_size()
 *      tick            ───► interrupts what blocks, so that somebody looks
 *
 * A flag that is set just before a call blocks would not be seen: so whatever
 * sets one also starts a timer, which interrupts calls until the flag is taken.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/*
 * Watches them from now on, at once. INT, TERM and HUP that are ignored stay
 * ignored; PIPE and XFSZ are.
 */
void signals_watch(void);
/* Whether a stop is only noted: for as long as somebody looks often. */
void signals_gently(bool on);
/* The number of the signal that wants an end; 0: none does. */
int signals_stop(void);
/* Whether it was asked for since the last time. */
bool signals_take_state(void);
bool signals_take_size(void);
/* Interrupts blocking calls so often; 0: no more. */
void signals_tick(unsigned ms);

/* Between these two none of INT, TERM and HUP comes through. */
void signals_hold(sigset_t *ret_before);
void signals_release(const sigset_t *before);

/* A name that must not outlive the program, in a folder that is open. */
struct signals_guard {
	int dir;
	const char *name;
};

/*
 * A signal that ends the program removes it; *g has to last until it is given
 * back. There is room for 256; what comes later a signal leaves behind.
 */
void signals_guard(const struct signals_guard *g);
/* Harmless for what is not guarded. */
void signals_unguard(const struct signals_guard *g);

#endif
