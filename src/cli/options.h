/* SPDX-License-Identifier: MIT */
/*
 * Options: one table a command, and everything follows from it.
 *
 *      table ──┬─► options_parse   --long VALUE, --long=VALUE, -x VALUE, -xy
 *              ├─► environment     POUR_LONG, where the flag is not given
 *              └─► options_help    --help, which the man pages are held against
 *
 * Values land in a struct of the command's own, at the offset that the table
 * names: the command fills in defaults first and reads the result.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What an option's value is, and the field that it lands in. */
enum option_kind {
	OPTION_FLAG,    /* no value     bool */
	OPTION_TEXT,    /*              const char * */
	OPTION_PATH,    /* of a file    const char * */
	OPTION_LIST,    /* repeatable   struct option_list */
	OPTION_CHOICE,  /* a word       unsigned: which one */
	OPTION_COUNT,   /* digits       uint64_t */
	OPTION_SIZE,    /* 64k, 5G      uint64_t */
	OPTION_SECONDS, /* 1.5          uint64_t, in milliseconds */
};

/* In a configuration, where a server has several sites: whose it is. */
enum option_scope {
	OPTION_WHOLE,    /* the server's alone */
	OPTION_PER_SITE, /* a site's, or else the server's for all sites */
	OPTION_OWN,      /* a site's, and never another one's */
};

enum { OPTION_LIST_MAX = 64, OPTION_TABLE_MAX = 64 };

struct option_list {
	uint32_t n;
	char *items[OPTION_LIST_MAX];
};

struct option {
	const char *name; /* without the dashes */
	char letter;      /* or 0 */
	enum option_kind kind;
	const char *value;          /* what --help calls it: "ADDR" */
	const char *help;           /* without a full stop; may have lines */
	size_t field;               /* offsetof() in the command's values */
	uint64_t min, max;          /* of numbers */
	const char *const *choices; /* ended by NULL */
	const char *bare; /* the value where none is attached: --name[=VALUE] */
	enum option_scope scope;
};

/* A row of a table: OPTION(.name = "log", .kind = OPTION_CHOICE, ...) */
#define OPTION(...)                                                            \
	{                                                                      \
		__VA_ARGS__                                                    \
	}

/* A command, as its options and its help know it. */
struct options {
	const char *name;     /* "copy" */
	const char *operands; /* "SRC DST" */
	const char *summary;  /* one sentence */
	const char *more;     /* what --help says after it, or NULL */
	unsigned operands_min, operands_max;
	const struct option *table;
	size_t n;
};

enum { OPTIONS_OPERANDS_MAX = 128, OPTIONS_ERROR_SIZE = 256 };

struct parsed {
	bool help; /* --help: nothing after it was looked at */
	unsigned n_operands;
	const char *operands[OPTIONS_OPERANDS_MAX];
	char error[OPTIONS_ERROR_SIZE];
};

/*
 * Reads args (ended by NULL, without the command's name) and the environment.
 * 0, or -EINVAL with ret->error naming the option and what was wrong. Lists in
 * values must begin empty; options_done() gives their memory back either way.
 */
int options_parse(const struct options *o, char *const *args, void *values,
		  struct parsed *ret);
void options_done(const struct options *o, void *values);
/* The option of that name, of len bytes, or NULL. */
const struct option *option_find(const struct option *table, size_t n,
				 const char *name, size_t len);
/* The text of --help. */
void options_help(const struct options *o, FILE *out);

/* The environment twin of an option: "header-timeout", "POUR_HEADER_TIMEOUT" */
enum { OPTION_TWIN_SIZE = 64 };
void option_twin(const struct option *o, char ret[OPTION_TWIN_SIZE]);

#endif
