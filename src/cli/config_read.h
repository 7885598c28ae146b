/* SPDX-License-Identifier: MIT */
/* Between the reader of lines and the sections that it fills. */
#ifndef CLI_CONFIG_READ_H
#define CLI_CONFIG_READ_H

#include <stdio.h>

#include "cli/config.h"

enum { CONFIG_LINE_MAX = 4096 };

struct config_reader {
	struct config *config;
	FILE *file;
	unsigned line;                  /* the one that was read last */
	struct config_section *section; /* NULL: none yet, or a bad one */
	int error;                      /* why reading ended, or 0 */
	bool skips;                     /* the keys of a section that is bad */
};

/* Reads the file to its end. 0 or -errno. */
int config_parse(struct config_reader *r);

/* For config_parse(): a line "[WORD NAME]", without what is around it. */
void config_begin_section(struct config_reader *r, const char *text);
/* A line "KEY = VALUE". */
void config_take(struct config_reader *r, const char *key, const char *value);
/* What is wrong with the line that was read last, or with another. */
__attribute__((format(printf, 3, 4))) void config_wrong_line(
	struct config_reader *r, unsigned line, const char *format, ...);

/* The line that this is about, or that of the section. */
unsigned config_line_of(const struct config_section *s, const char *said);
void config_free_items(struct config_section *s);
/* What s does not say, the whole that it is a part of says. */
void config_inherit(struct config_section *s);
void config_free_texts(struct config *c);

#endif
