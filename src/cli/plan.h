/* SPDX-License-Identifier: MIT */
/*
 * The servers and proxies of a configuration.
 *
 *      [serve www] ─┬─► its values, and its own site where it has a root
 *      [site a]  ───┘                                    ──► struct setup
 *      [proxy lb]  ──► its values ──► struct proxied
 */
#ifndef CLI_PLAN_H
#define CLI_PLAN_H

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

struct plan {
	struct config *config;
	uint32_t n;
	struct planned *at;
};

/*
 * Reads the file, and says what is wrong. Inherited sockets are those of the
 * section that has their name, or of the only one. plan_done() is due in any
 * case. 0 or a negative errno, with something said.
 */
int plan_read(struct plan *ret, const char *path,
	      const struct inherited *inherited);
void plan_done(struct plan *p);
/* Opens what the file names, and says what cannot be; -errno then. */
int plan_try(struct plan *p);

/* ── For the kinds: each says what is wrong ── */

void plan_serve(struct plan *p, struct planned *one);
void plan_proxy(struct plan *p, struct planned *one);

#endif
