/* SPDX-License-Identifier: MIT */
/*
 * What runs by a file, and how that changes when the file does:
 *
 *      file ──► services ─┬─► those it had: changed      all of it, or nothing
 *      HUP ─────┘         ├─► new ones: started
 *                         └─► those that are gone: drained
 */
#ifndef CLI_RUNNER_H
#define CLI_RUNNER_H

#include <stdint.h>

#include "cli/config.h"
#include "cli/control.h"
#include "cli/service.h"
#include "cli/services.h"
#include "net/inherit.h"

/* A server or a proxy that runs, by the name of its section. */
struct named {
	char name[CONFIG_NAME_SIZE];
	struct service service;
};

struct runner {
	const char *path;
	struct inherited inherited;
	struct control control;
	uint32_t n;
	struct named at[CONTROL_SERVERS_MAX];
};

/* By what the file says now, or nothing changes. services_done() is due in any
 * case. 0 or -errno, with something said. */
int runner_apply(struct runner *r, struct services *ret_services);

#endif
