/* SPDX-License-Identifier: MIT */
/*
 * The server as those see it who watch it: a page of numbers while it runs,
 * and what each thread does, in some lines, when they ask for that.
 */
#ifndef SERVE_OBSERVE_H
#define SERVE_OBSERVE_H

struct worker;

/* Says what this thread does, on standard error; it is the one that calls. */
void observe_dump(struct worker *w);

#endif
