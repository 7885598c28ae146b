/* SPDX-License-Identifier: MIT */
/* One value of one option, from text to the field that it lands in. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "cli/options.h"

/*
 * Reads text into values. 0, or -EINVAL with ret->error saying what was wrong
 * with what `where` (the flag or the twin, as it was written) was given.
 */
int value_read(const struct option *o, const char *where, const char *text,
	       void *values, struct parsed *ret);
/* The same for a twin, where lists have commas and flags are words. */
int value_read_twin(const struct option *o, const char *where, const char *text,
		    void *values, struct parsed *ret);
/* The same for a key in a file, where flags are words as well. */
int value_read_key(const struct option *o, const char *where, const char *text,
		   void *values, struct parsed *ret);

#endif
