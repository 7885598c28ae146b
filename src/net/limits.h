/* SPDX-License-Identifier: MIT */
/*
 * What a whole program allows its clients, counted by all threads together:
 * connections and bytes a second each way, of all and of each.
 *
 *      accepted ──► limits_enter ──► client ──► limits_reserve, … ──► leave
 *                     └ one too many: turned away, and counted
 *
 * A client is an IPv4 address, or the /64 that an IPv6 address is of, because
 * that is what one host is given. Who comes by a unix socket is none. Clients
 * are told apart only where a limit asks for it, by a table of which each part
 * has a lock of its own; all other counting is by atomics.
 */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct addr;
struct client;
struct limits;
struct text;

/* 0: no limit. */
struct limits_opts {
	uint64_t connections, client_connections;
	uint64_t rate, client_rate; /* bytes a second */
};

/* What limits_enter() answers, and why somebody was turned away. */
enum limits_entry {
	LIMITS_WELCOME,
	LIMITS_FULL,        /* connections */
	LIMITS_CLIENT_FULL, /* client_connections */
	LIMITS_DENIED,      /* by a list: for limits_note_refused(), and */
	LIMITS_SCARCE,      /* no descriptors: for limits_note_refused() */
};

enum { LIMITS_ENTRIES = LIMITS_SCARCE + 1 };

int limits_new(struct limits **ret);
/* All must have left. Returns NULL. */
struct limits *limits_free(struct limits *l);
/* From now on; who is there already may stay. From any thread. */
void limits_set(struct limits *l, const struct limits_opts *opts);

/*
 * A connection more. *ret_client is what the others want to have, maybe NULL.
 * An entry of the list above (only for LIMITS_WELCOME is anything to be left
 * again), or -ENOMEM.
 */
int limits_enter(struct limits *l, const struct addr *peer,
		 struct client **ret_client);
void limits_leave(struct limits *l, struct client *client);
/* Connections at the moment. */
uint64_t limits_connections(const struct limits *l);
/* Counts one who was turned away, and how many were so far. */
void limits_note_refused(struct limits *l, enum limits_entry why);
uint64_t limits_refused(const struct limits *l, enum limits_entry why);
/* The same as numbers for Prometheus. */
void limits_write(struct text *t, const struct limits *l);

/* Bytes have ways, each with the same rates: to a client is one, from it the
 * other. */
enum { LIMITS_WAYS = 2 };

/* For whom bytes would go. */
struct limits_asker {
	struct limits *limits;
	struct client *client; /* or NULL */
	unsigned way;          /* below LIMITS_WAYS */
};

/* Whether there is any; without one there is no moment to look up. */
bool limits_has_rates(const struct limits *l);
/*
 * Reserves some of max bytes: how many, and from which moment on they may go;
 * UINT64_MAX: there is no rate, send away.
 */
uint64_t limits_reserve(const struct limits_asker *who, uint64_t max,
			uint64_t now_ns, uint64_t *ret_from_ns);
/* Of those, so many did not go. */
void limits_return(const struct limits_asker *who, uint64_t bytes);

#endif
