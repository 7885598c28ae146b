/* SPDX-License-Identifier: MIT */
/* The line of a progress, as text: of what is known, as much as has room. */
#ifndef CLI_PROGRESS_LINE_H
#define CLI_PROGRESS_LINE_H

#include <pour.h>
#include <stdint.h>

/* Wider ones show the same. */
enum { PROGRESS_LINE_SIZE = 256 };

struct progress_view {
	const char *what; /* is going on, where it is not a copy; or NULL */
	const struct pour_account *account;
	uint64_t done, total; /* bytes; total 0: nobody knows */
	uint64_t files;       /* of a tree; 0: it is none */
	uint64_t took_ns;
	uint64_t recent, recent_ns; /* bytes in the last so many nanoseconds */
};

/* At most width columns, and never more than fit into ret. */
void progress_line(const struct progress_view *v, int width,
		   char ret[PROGRESS_LINE_SIZE]);
/* Seconds that are left at this rate, or UINT64_MAX: nobody knows. */
uint64_t progress_left(const struct progress_view *v, uint64_t rate);

#endif
