/* SPDX-License-Identifier: MIT */
/*
 * The main thread while servers run: signals, and what they cause.
 *
 *      TERM, INT ──► first: drain, exit 0 ──► second: cut, exit 1
 *                                              └─► third: gone
 *      HUP ──► reload; where the terminal has gone away: as TERM
 *      USR1 ──► log files are opened again
 */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include <stdint.h>

struct serve;

enum { CONTROL_SERVERS_MAX = 64 };

struct control {
	struct serve *const *servers;
	uint32_t n;
	/* All runs; whatever signal comes is heard. */
	void (*ready)(void *context);
	/* Does what HUP asks for, and says what came of it. */
	void (*reload)(void *context);
	void *context;
};

/*
 * Starts the servers, and ends when all have ended: the exit code. Signals
 * come here from then on, and to no thread.
 */
int control_run(const struct control *c);

#endif
