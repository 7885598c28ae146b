/* SPDX-License-Identifier: MIT */
/* Between the file of a log and its lines. */
#ifndef NET_LOG_INSIDE_H
#define NET_LOG_INSIDE_H

#include <stdbool.h>

enum log_kind {
	LOG_FILE,   /* takes at once, or never */
	LOG_PIPE,   /* does not block: opened so, by us */
	LOG_SOCKET, /* can be asked not to block */
	LOG_OTHER,  /* may block: it is asked first whether it would */
};

enum { SENTENCE_MAX = 1024 };

/* Whether it takes something, after a while at most. */
bool log_would_take(int fd, int wait_ms);

#endif
