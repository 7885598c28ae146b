/* SPDX-License-Identifier: MIT */
/*
 * Whether a peer goes on taking, or giving, a body: looked at a few times in
 * each window. There is no bound for a whole body, however long it is.
 *
 *      ├── window ──────────────────┤
 *      look    look    look    look      not one byte at all of them: late
 *                                        less than the least rate: late
 */
#ifndef SERVE_ADVANCE_H
#define SERVE_ADVANCE_H

#include <stdbool.h>
#include <stdint.h>

enum { ADVANCE_LOOKS = 4 }; /* in a window */

struct advance {
	int64_t seen;   /* bytes at the last look */
	int64_t window; /* bytes when the window began */
	uint8_t looks;  /* in this window */
	uint8_t still;  /* looks in a row at which there was nothing new */
};

/* A body begins; bytes is what the peer took of it, maybe less than none. */
void advance_begin(struct advance *p, int64_t bytes);
/* A look: false when it is late. least: bytes in a window. */
bool advance_look(struct advance *p, int64_t bytes, uint64_t least);

#endif
