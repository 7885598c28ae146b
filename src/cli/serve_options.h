/* SPDX-License-Identifier: MIT */
/*
 * What `pour serve` and a [serve] section can be told: one table for both.
 *
 *      words, environment ─┐
 *                          ├─► struct serve_values ──► struct setup ──► serve_new
 *      a section's keys ───┘
 */
#ifndef CLI_SERVE_OPTIONS_H
#define CLI_SERVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/common_options.h"
#include "cli/options.h"
#include "net/addr.h"
#include "serve/serve.h"

/* Also those of one site, where a server has several. */
struct serve_values {
	struct common_values common; /* its log: enum serve_log */
	struct option_list host, header, redirect, error_page;
	uint64_t header_timeout, header_size, header_fields, pipelined;
	uint64_t min_rate, body_timeout;
	unsigned symlinks; /* enum find_links */
	bool hidden, only_hosts;
	const char *root; /* the operand */
	const char *index, *cors, *auth_file;
	bool spa, share;
};

extern const struct options serve_options;

/* The defaults that are not zero. */
void serve_values_init(struct serve_values *v);

/* Options for serve_new(), and what they point to. */
struct setup {
	struct serve_opts opts;
	struct addr *addresses;
	struct addr metrics[2];
	uint32_t n_metrics;
	struct site_opts *sites;
};

/*
 * Fills *ret by the values of a server and of its sites, which must outlive
 * it. 0 or -EINVAL with ret_error saying what was wrong; setup_done() is due in
 * either case.
 */
int setup_begin(struct setup *ret, const struct serve_values *values,
		const struct serve_values *const sites[], uint32_t n_sites,
		char ret_error[OPTIONS_ERROR_SIZE]);
void setup_done(struct setup *s);

#endif
