/* SPDX-License-Identifier: MIT */
/*
 * The servers of a configuration.
 *
 *      [serve www] ─┬─► its values, and its own site where it has a root
 *      [site a]  ───┘                                    ──► struct setup
 *      [serve api] ───► …
 */
#ifndef CLI_CONFIG_SERVE_H
#define CLI_CONFIG_SERVE_H

#include <stdint.h>

#include "cli/config.h"
#include "cli/serve_options.h"
#include "net/inherit.h"

/* One [serve], and what serve_new() takes for it. */
struct configured {
	const struct config_section *section;
	struct setup setup;
	int inherited[INHERIT_MAX];
};

struct plan {
	struct config *config;
	uint32_t n;
	struct configured *servers;
};

/*
 * Reads the file, and says what is wrong. Inherited sockets are those of the
 * server that has their name, or of the only one. plan_done() is due in any
 * case. 0 or a negative errno, with something said.
 */
int plan_read(struct plan *ret, const char *path,
	      const struct inherited *inherited);
void plan_done(struct plan *p);
/* Opens what the sites name, and says what cannot be; -errno then. */
int plan_try(struct plan *p);

#endif
