/* SPDX-License-Identifier: MIT */
/* The proxy from inside: proxy.c builds and runs it, view.c looks at it. */
#ifndef PROXY_PROXY_INSIDE_H
#define PROXY_PROXY_INSIDE_H

#include "net/crew.h"
#include "net/listen.h"
#include "proxy/lane.h"
#include "proxy/proxy.h"

struct probe;

struct proxy {
	struct proxy_shared shared;
	struct listen_set listening;
	struct route *route;
	struct network *networks[3]; /* those of the options, copied */
	uint32_t n_lanes;
	uint32_t n_init; /* lanes that want lane_done() */
	struct lane *lanes;
	struct crew crew;
	struct probe *probe; /* NULL: nobody watches */
};

#endif
