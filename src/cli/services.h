/* SPDX-License-Identifier: MIT */
/*
 * The servers and proxies of a configuration.
 *
 *      [serve www] ─┬─► its values, and its own site where it has a root
 *      [site a]  ───┘                                    ──► struct setup
 *      [proxy lb]  ──► its values ──► struct proxied
 */
#ifndef CLI_SERVICES_H
#define CLI_SERVICES_H

#include <stdint.h>

#include "cli/config.h"
#include "cli/proxy_options.h"
#include "cli/serve_options.h"
#include "cli/service.h"
#include "net/inherit.h"

/* One [serve] or [proxy], and what service_new() takes for it. */
struct planned {
	const struct config_section *section;
	const struct service_kind *kind;
	const void *opts;
	/* Which of these it is, the other one is empty. */
	struct setup setup;
	struct proxied *proxied;
	const struct addr *metrics; /* where its numbers are, or nowhere */
	uint32_t n_metrics;
	int inherited[INHERIT_MAX];
	uint32_t n_inherited;
};

struct services {
	struct config *config;
	uint32_t n;
	struct planned *at;
};

/*
 * Reads the file, and says what is wrong. Inherited sockets are those of the
 * section that has their name, or of the only one. services_done() is due in any
 * case. 0 or a negative errno, with something said.
 */
int services_read(struct services *ret, const char *path,
		  const struct inherited *inherited);
void services_done(struct services *p);
/* Opens what the file names, and says what cannot be; -errno then. */
int services_try(struct services *p);

/* ── For the kinds: each says what is wrong ── */

void services_serve(struct services *p, struct planned *one);
void services_proxy(struct services *p, struct planned *one);

#endif
