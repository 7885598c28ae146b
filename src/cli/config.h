/* SPDX-License-Identifier: MIT */
/*
 * A configuration: sections, whose keys are the options of commands.
 *
 *      [serve www]            ──► kind "serve", its table ──► struct serve_values
 *      listen = *:80          ──► the option --listen of that table
 *      [site example]         ──► kind "site", within the [serve] above it
 *
 * What an option is, and what it may be, stands in the tables of the commands
 * and nowhere else.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"

struct config_item;
struct config_text;

enum { CONFIG_NAME_SIZE = 40, CONFIG_SECTIONS_MAX = 1024 };

struct config_kind {
	const char *word;   /* "serve", of [serve NAME] */
	const char *within; /* the kind it is a part of, or NULL */
	/* Its keys. One that is part of another has those that are not
	 * OPTION_WHOLE. */
	const struct options *options;
	size_t values_size;
	void (*init)(void *values); /* the defaults that are not zero */
};

struct config_section {
	const struct config_kind *kind;
	char name[CONFIG_NAME_SIZE];
	unsigned line;
	const struct config_section *whole; /* that it is a part of, or NULL */
	void *values;
	struct config_item *items; /* what its lines said, the last one first */
	uint64_t given;            /* a bit for each key that was there */
	uint64_t inherited;        /* a bit for each that is the whole's */
};

struct config {
	const char *path;
	char *folder; /* that relative paths start from */
	const struct config_kind *kinds;
	size_t n_kinds;
	uint32_t n;
	struct config_section **at; /* in the order of the file */
	unsigned wrong;             /* how many things; each was said */
	struct config_text *texts;  /* what values point to */
};

/* Whether this build reads configurations; if not, config_read() says so. */
bool config_is_built(void);
/*
 * Reads the file, and says all that is wrong with it, a line each: where, what,
 * and what is allowed. config_free() is due in any case. 0, or -EINVAL with
 * something said.
 */
int config_read(struct config **ret, const char *path,
		const struct config_kind *kinds, size_t n_kinds);
struct config *config_free(struct config *c);
/*
 * Says what is wrong with a section, and counts it; what begins with a key that
 * it has is said of the line of that key, and of that value, if it is quoted.
 */
__attribute__((format(printf, 3, 4))) void config_wrong(
	struct config *c, const struct config_section *section,
	const char *format, ...);

#endif
