/* SPDX-License-Identifier: MIT */
/*
 * After a crowd: what it had in memory lies in the allocator, scattered among
 * what is still in use, and so would stay with the program.
 *
 *      a crowd ──► a quarter of it ──► a sixteenth ──► … ──► nobody
 *                        └───────── back to the system ─────────┘
 */
#ifndef NET_EBB_H
#define NET_EBB_H

#include <stdbool.h>
#include <stdint.h>

/* All zero at first; one a thread. */
struct ebb {
	uint64_t most; /* since memory went back */
	bool crowded;  /* there was a crowd, and somebody of it is there */
};

/*
 * So many are there now. Whether memory should go back, which takes
 * milliseconds: so not before three quarters of a crowd have left.
 */
bool ebb_note(struct ebb *e, uint64_t n);
/* What lies free in the allocator does; after all that can be freed was. */
void ebb_give_back(void);

#endif
