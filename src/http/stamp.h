/* SPDX-License-Identifier: MIT */
/* The time as text, for the Date field and for logs, once a second. */
#ifndef HTTP_STAMP_H
#define HTTP_STAMP_H

#include <stdint.h>

#include "http/date.h"

/* "21/Nov/2026:19:40:02 +0000" and a NUL, with room for odd years. */
enum { STAMP_LOG_SIZE = 48 };

struct stamp {
	uint64_t due_ms; /* of the loop's clock: when the second is over */
	char date[DATE_LEN + 1];
	char log[STAMP_LOG_SIZE];
	char iso[STAMP_LOG_SIZE]; /* "2026-11-21T19:40:02Z" */
};

/* Reads the clock only when a second has passed. */
void stamp_refresh(struct stamp *s, uint64_t now_ms);

#endif
