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
	struct network *networks[3]; /* those of the options, copied */
	uint32_t n_lanes;
	uint32_t n_init; /* lanes that want lane_done() */
	struct lane *lanes;
	struct crew crew;
	struct probe *probe; /* NULL: nobody watches */
};

/* The options with their defaults, as long as what they point to lives. */
struct proxy_opts proxy_opts_filled(const struct proxy_opts *opts);
/* Copies the lists of networks of the proxy's options. 0 or -ENOMEM. */
int proxy_opts_keep(struct proxy *p);

#endif
