/* SPDX-License-Identifier: MIT */
/* What is shown at one address, of all that are watched there. */
#ifndef CLI_WATCH_PAGE_H
#define CLI_WATCH_PAGE_H

#include <stdbool.h>

#include "cli/watch.h"

struct text;

struct members {
	uint32_t n;
	struct watched at[CONTROL_SERVERS_MAX];
};

/* With their names, where they have any. */
void members_numbers(const struct members *m, struct text *page);
/* All of them are; those that are not are named. */
bool members_are_ready(const struct members *m, struct text *ret_why);

#endif
