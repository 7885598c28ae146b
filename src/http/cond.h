/* SPDX-License-Identifier: MIT */
/* Validators, and the conditional fields in the order of RFC 9110, 13.2.2. */
#ifndef HTTP_COND_H
#define HTTP_COND_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "http/head.h"

/* W/, two quotes, four words in hex, three dashes, a NUL. */
enum { COND_ETAG_SIZE = 72 };

struct validators {
	char etag[COND_ETAG_SIZE]; /* as sent, quotes included; "" none */
	size_t etag_len;
	time_t mtime;
};

/*
 * From inode, size, mtime_ns and ctime_ns: strong, but weak while the file is
 * younger (now, CLOCK_REALTIME) than 20 ms, the grain of a file system's clock,
 * within which a second change would not show.
 */
void cond_of_stat(const struct stat *st, struct timespec now,
		  struct validators *ret);
/*
 * 0: go on. 304 or 412: answer that. For GET and HEAD on what would be answered
 * with 2xx otherwise (13.2.1). v NULL: it exists, and has no validators.
 */
int cond_check(const struct head *h, const struct validators *v);
/* Whether Range counts: no If-Range, or one that matches strongly. */
bool cond_if_range(const struct head *h, const struct validators *v);

#endif
