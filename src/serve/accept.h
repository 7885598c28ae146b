/* SPDX-License-Identifier: MIT */
/*
 * A worker's listeners: new connections in bounded portions, and none for a
 * while when descriptors have run out.
 */
#ifndef SERVE_ACCEPT_H
#define SERVE_ACCEPT_H

struct timer;
struct worker;

/* Watches one more listening descriptor, which is the worker's then. */
int accept_add(struct worker *w, int fd);
/* Takes what is queued, then closes the listeners. */
void accept_last(struct worker *w);
/* Closes the listeners. */
void accept_close(struct worker *w);
/* The pause is over. */
void accept_resume(struct timer *t);

#endif
