/* SPDX-License-Identifier: MIT */
/*
 * The proxy from inside: proxy.c builds and runs it, change.c changes it, view.c
 * looks at it.
 */
#ifndef PROXY_PROXY_INSIDE_H
#define PROXY_PROXY_INSIDE_H

#include "net/crew.h"
#include "net/listen.h"
#include "proxy/lane.h"
#include "proxy/proxy.h"

struct proxy {
	struct proxy_shared shared;
	struct listen_set listening;
	uint32_t n_lanes;
	uint32_t n_init; /* lanes that want lane_done() */
	struct lane *lanes;
	struct adopter **adopters; /* of all lanes */
	struct crew crew;
};

/* Writes the error. Answers r. */
__attribute__((format(printf, 3, 4))) int proxy_fail(
	char error[PROXY_ERROR_SIZE], int r, const char *format, ...);
/* "unix:/x: Permission denied" in the error; hands r on. */
int proxy_fail_address(char error[PROXY_ERROR_SIZE], int r,
		       const struct addr *a);

#endif
