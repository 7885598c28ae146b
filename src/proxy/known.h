/* SPDX-License-Identifier: MIT */
/* What is known of the names among the targets: where they lead. */
#ifndef PROXY_KNOWN_H
#define PROXY_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

struct resolver_answer;

struct known_address {
	struct addr addr;
	uint32_t weight; /* 0: it has none of its own */
	bool backup;
};

struct known {
	struct known *next;
	char *host;
	uint16_t port; /* 0: of SRV records */
	bool answered; /* ever */
	bool wanted;   /* still, in the eyes of whoever looks through them */
	uint32_t n;
	struct known_address *at;
};

/* NULL: nothing is known of it. */
struct known *known_find(struct known *first, const char *host, uint16_t port);
/* One of which nothing is known yet, before the first. 0 or -ENOMEM. */
int known_add(struct known **first, const char *host, uint16_t port);
/*
 * It leads there now: the addresses of the lowest priority, the others as
 * backups; also where it led before, if this is a part only. Whether that is
 * another place; or -ENOMEM, and it leads where it did.
 */
int known_learn(struct known *k, const struct resolver_answer *a);
/* Forgets those that nobody wants. */
void known_sweep(struct known **first);
void known_free_all(struct known **first);

#endif
