/* SPDX-License-Identifier: MIT */
/* Values of options that are addresses. */
#ifndef CLI_ADDRESSES_H
#define CLI_ADDRESSES_H

#include "cli/options.h"
#include "net/addr.h"

/* *:PORT is two addresses. */
enum { ADDRESSES_MAX = 2 * OPTION_LIST_MAX };

/*
 * Reads all of a list, or one text, which may be NULL: then there is none. How
 * many, or -EINVAL with ret_error naming the flag and what was wrong.
 */
int addresses_read(const char *flag, const struct option_list *list,
		   struct addr ret[ADDRESSES_MAX],
		   char ret_error[OPTIONS_ERROR_SIZE]);
int address_read(const char *flag, const char *text, struct addr ret[2],
		 char ret_error[OPTIONS_ERROR_SIZE]);

#endif
