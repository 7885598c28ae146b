/* SPDX-License-Identifier: MIT */
/*
 * A worker's listeners: new connections in bounded portions, and none for a
 * while when descriptors have run out.
 */
#ifndef SERVE_ACCEPT_H
#define SERVE_ACCEPT_H

#include <stdint.h>

struct timer;
struct worker;

/*
 * Watches one more listening descriptor, which is the worker's when it answers
 * 0; id is the address's that it listens on.
 */
int accept_add(struct worker *w, uint32_t id, int fd);
/* Takes what is queued for all but those ids, then closes their listeners. */
void accept_keep(struct worker *w, const uint32_t ids[], uint32_t n);
/* The same for all. */
void accept_last(struct worker *w);
/* Closes the listeners. */
void accept_close(struct worker *w);
/* The pause is over. */
void accept_resume(struct timer *t);

#endif
