/* SPDX-License-Identifier: MIT */
/*
 * Pages of several servers and proxies as one: a family stands there once, and
 * its samples say whose they are.
 *
 *      # TYPE x gauge ─┐     # TYPE x gauge
 *      x 1             ├──►  x{server="www"} 1
 *      # TYPE x gauge ─┘     x{proxy="lb"} 2
 *      x 2
 */
#ifndef NET_METRICS_MERGE_H
#define NET_METRICS_MERGE_H

#include <stdint.h>

#include "base/text.h"

struct metrics_page {
	const char *kind, *name; /* of whose it is: "proxy", "lb" */
	struct text text;
};

/* The order is that of the pages, and the words of a family the first one's. */
void metrics_merge(struct text *t, const struct metrics_page pages[],
		   uint32_t n);

#endif
