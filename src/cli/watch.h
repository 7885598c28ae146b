/* SPDX-License-Identifier: MIT */
/*
 * Numbers and readiness of servers and proxies, at the addresses that they
 * name; several may name the same.
 *
 *      [serve www] metrics = 9100 ─┬─► 127.0.0.1:9100/metrics: both, by name
 *      [proxy lb]  metrics = 9100 ─┘                  /readyz: when both are
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdint.h>

#include "cli/config.h"
#include "cli/control.h"
#include "cli/service.h"
#include "net/addr.h"

struct watch;
struct watch_next;

/* One that is to be watched. */
struct watched {
	struct service service;
	char name[CONFIG_NAME_SIZE]; /* "": there is only this one */
	const struct addr *at;       /* the address as two, or NULL */
	uint32_t n;
};

/* NULL: no memory. */
struct watch *watch_new(void);
/* Nobody answers any more. Safe on NULL. Returns NULL. */
struct watch *watch_free(struct watch *w);

/*
 * From then on those, at their addresses; what stays is not closed. Prepared is
 * all that can fail; -errno, and ret_error says why. at must last until what is
 * prepared was committed or discarded.
 */
int watch_prepare(struct watch *w, const struct watched all[], uint32_t n,
		  struct watch_next **ret, char ret_error[SERVICE_ERROR_SIZE]);
void watch_commit(struct watch *w, struct watch_next *next);
void watch_discard(struct watch_next *next);
/* All of it, for one that is there alone. -errno, and ret_error says why. */
int watch_one(struct watch **ret, const struct service *s,
	      const struct addr *at, uint32_t n,
	      char ret_error[SERVICE_ERROR_SIZE]);
/* It is about to be freed. */
void watch_forget(struct watch *w, const void *it);
/* Says where the numbers are. */
void watch_say(const struct watch *w);

#endif
