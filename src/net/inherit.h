/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets that whoever started this program opened for it
 * (sd_listen_fds(3)):
 *
 *      LISTEN_PID=me LISTEN_FDS=2 LISTEN_FDNAMES=web:api ──► 3 "web", 4 "api"
 */
#ifndef NET_INHERIT_H
#define NET_INHERIT_H

#include <stdint.h>

enum { INHERIT_MAX = 64, INHERIT_NAME_SIZE = 64, INHERIT_ERROR_SIZE = 128 };

struct inherited {
	uint32_t n;
	int fds[INHERIT_MAX];
	char names[INHERIT_MAX][INHERIT_NAME_SIZE]; /* "unknown": it has none */
};

/*
 * Takes what there is for this process: n may be 0. Each is a stream socket
 * that listens, made non-blocking and close-on-exec. The variables are gone
 * afterwards. Before anything else is opened, and once. 0, or -errno with
 * ret_error saying which was wrong.
 */
int inherit_take(struct inherited *ret, char ret_error[INHERIT_ERROR_SIZE]);

#endif
