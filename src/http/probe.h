/* SPDX-License-Identifier: MIT */
/*
 * What those who watch may ask, on an address of its own:
 *
 *      GET /metrics   numbers, as text for Prometheus
 *      GET /healthz   200 as long as the process lives
 *      GET /readyz    200 while it serves, 503 while it drains
 *
 * It has a thread of its own, so that traffic does not starve it and it does
 * not hold up traffic. A client has a few seconds and one request; there are
 * at most sixteen, and when one more comes, the oldest one goes.
 */
#ifndef HTTP_PROBE_H
#define HTTP_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct probe;
struct text;

/* Descriptors that one may need are at most so many. */
enum { PROBE_ADDRESSES_MAX = 2, PROBE_FDS = 24 };

/* Where the answers come from; called from the thread of the probe. */
struct probe_source {
	/* If not, what is lacking, as lines. */
	bool (*is_ready)(void *context, struct text *ret_why);
	void (*write)(void *context, struct text *page);
	void *context;
};

/* Listens; nobody is answered before probe_start(). 0 or -errno. */
int probe_new(struct probe **ret, const struct addr *listen, uint32_t n,
	      const struct probe_source *source);
/* 0 or -errno. */
int probe_start(struct probe *p);
/* Stops it. Safe on NULL. Returns NULL. */
struct probe *probe_free(struct probe *p);

/* The addresses as bound. */
uint32_t probe_n_addresses(const struct probe *p);
const struct addr *probe_address(const struct probe *p, uint32_t i);

#endif
