/* SPDX-License-Identifier: MIT */
/*
 * The proxy as those see it who watch it: a page of numbers while it runs, and
 * what each thread does, in some lines, when they ask for that.
 */
#ifndef PROXY_VIEW_H
#define PROXY_VIEW_H

struct lane;

/* Says what this thread does, on standard error; it is the one that calls. */
void view_lane(struct lane *l);

#endif
