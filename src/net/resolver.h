/* SPDX-License-Identifier: MIT */
/*
 * Names to addresses, for one thread and in its loop, so that nobody waits:
 *
 *      resolver_ask ─┬─ a host: the hosts file, or A and AAAA ──────┬─► answered
 *                    └─ no port: SRV, and then each host it names ──┘
 *
 * Whatever a server says is bounded: how many hosts, addresses and records are
 * taken of it, how long it holds, and how long it is waited for. An answer that
 * is no answer to the question is none.
 *
 * This is c-ares; where that was not there, names are looked up as getaddrinfo
 * does it, which is waited for, and so once only.
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

struct loop;
struct question;
struct resolver;

enum {
	RESOLVER_SERVERS_MAX = 8,
	RESOLVER_HOSTS_MAX = 64,     /* that one SRV answer may name */
	RESOLVER_ADDRESSES_MAX = 64, /* of one host, and family */
	RESOLVER_FOUND_MAX = 256,    /* of one question */
	RESOLVER_NAME_SIZE = 256,    /* of a name, its NUL included */
	/* Seconds that an answer holds, whatever it says. */
	RESOLVER_TTL_MIN = 1,
	RESOLVER_TTL_MAX = 300,
};

struct resolver_opts {
	const struct addr *servers; /* none: those of resolv.conf(5) */
	uint32_t n_servers;         /* at most RESOLVER_SERVERS_MAX */
	/* About so long all of them are asked before it has failed. */
	uint32_t timeout_ms;
};

struct resolver_found {
	struct addr addr;
	/* As SRV records have it; both 0 without any. */
	uint16_t priority, weight;
};

struct resolver_answer {
	const char *why; /* nothing was found, for this reason; or NULL */
	bool is_part;    /* of some of it nothing could be learned */
	uint32_t ttl_s;  /* after this it is to be asked again */
	uint32_t n;      /* none is there twice; in an order of their own */
	struct resolver_found *at;
};

/* The answer is gone afterwards, and the question with it. */
typedef void resolver_answered(void *context, const struct resolver_answer *a);

struct resolver_question {
	const char *name;
	uint16_t port; /* 0: SRV records of the name have it */
	resolver_answered *answered;
	void *context;
};

/* 0 or -ENOMEM. opts is not needed afterwards. */
int resolver_new(struct resolver **ret, struct loop *loop,
		 const struct resolver_opts *opts);
/* No question may be open. Safe on NULL. Returns NULL. */
struct resolver *resolver_free(struct resolver *r);

/*
 * Asks. It may be answered before this returns, and then *ret is NULL; the name
 * is copied. 0, or -ENOMEM or another error of this machine's: not answered.
 */
int resolver_ask(struct resolver *r, const struct resolver_question *ask,
		 struct question **ret);
/* It is not answered any more. Safe on NULL. */
void resolver_forget(struct question *q);

/* Whether names can be asked for again and again; or once, at the start. */
bool resolver_is_live(void);

#endif
