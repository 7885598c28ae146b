/* SPDX-License-Identifier: MIT */
/*
 * What the program says of itself: one line on standard error, whatever the
 * names in it are made of.
 *
 *      pour copy: /srv/x: No space left on device
 *      └ who ───┘ └ the rest ──────────────────┘
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stddef.h>

/* How commands end, for the shell. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_SOME = 3,     /* some of what was asked for is done */
	EXIT_CONFIG = 78,  /* as in sysexits.h */
	EXIT_SIGNAL = 128, /* and the signal's number */
};

/* Who it is that speaks: "pour copy". Before it is told: "pour". */
void say_as(const char *command);
/* One line in one write; control characters in it are shown as \xNN. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);
/* "what: reason" for a negative errno. Answers EXIT_FAILED. */
int say_error(const char *what, int error);
/* Standard output is done with: 0, or EXIT_FAILED when not all of it went. */
int say_stdout_done(void);

#endif
