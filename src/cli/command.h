/* SPDX-License-Identifier: MIT */
/* What main() knows of a command. Each lives in cmd_NAME.c. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

struct command {
	const struct options *options;
	/* args are the words after the command's name. The exit code. */
	int (*run)(char *const *args);
};

extern const struct command cmd_serve, cmd_proxy, cmd_run, cmd_check, cmd_copy,
	cmd_tee, cmd_bench;

/*
 * What every command begins with: options_parse(), then help is printed, or
 * what was wrong. Negative: go on; otherwise the exit code.
 */
int command_begin(const struct options *o, char *const *args, void *values,
		  struct parsed *ret);

#endif
