/* SPDX-License-Identifier: MIT */
/*
 * The main thread while servers and proxies run: signals, and what they cause.
 *
 *      TERM, INT ──► first: drain, exit 0 ──► second: cut, exit 1
 *                                              └─► third: gone
 *      HUP ──► reload; where the terminal has gone away: as TERM
 *      USR1 ──► log files are opened again; USR2: each thread says what it does
 */
#ifndef CLI_CONTROL_H
#define CLI_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/service.h"
#include "net/notify.h"

struct watch;

enum { CONTROL_SERVERS_MAX = 64 };

/* A server or a proxy that runs. */
struct controlled {
	struct service service;
	bool leaving; /* it was told to stop, alone */
};

struct control {
	/* All runs; whatever signal comes is heard. */
	void (*ready)(struct control *c);
	/* Does what HUP asks for, and says what came of it: whether it was
	 * done. */
	bool (*reload)(struct control *c);
	struct watch *watch; /* who shows them, or NULL */
	void *context;
	uint32_t n;
	struct controlled at[CONTROL_SERVERS_MAX];
	bool running;
	struct notify notify;
	unsigned stops;
	int result; /* of the first server that failed */
};

/* Takes it, and starts it, now or when all start. 0 or -ENOSPC. */
int control_add(struct control *c, const struct service *s);
/* What it is at still ends; then it is freed. */
void control_drop(struct control *c, const void *it);
/*
 * Starts the servers, and ends when all have ended and were freed: the exit
 * code. Signals come here from then on, and to no thread. A service manager
 * that wants to know is told when it is ready, reloads and stops.
 */
int control_run(struct control *c);

#endif
