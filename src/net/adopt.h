/* SPDX-License-Identifier: MIT */
/*
 * How threads come by what they go by, at the start and at each reload.
 *
 *      adopt_by_all ── change ──► each thread, at the end of its turn
 *           ▲                       │ what is new, new listeners, no more
 *           └────── adopted ────────┘ of those that are gone
 */
#ifndef NET_ADOPT_H
#define NET_ADOPT_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

struct adopter;
struct door;
struct listen_set;
struct loop;
struct newcomer;

/* Goes by it from now on, with a share of its own; 0 or -errno. */
typedef int adopt_take(struct adopter *a, const void *what);

struct change {
	const void *what;
	const uint32_t *keep; /* the ids of addresses that go on */
	uint32_t n_keep;
	const struct newcomer *newcomers; /* the thread's from then on */
	uint32_t n_newcomers;
	sem_t *adopted; /* posted when it is done with the change */
	int result;     /* 0 or -errno */
};

/* A thread, as far as changes are concerned. */
struct adopter {
	struct loop *loop;
	struct door *door;
	adopt_take *take;
	pthread_mutex_t lock;
	struct change change; /* the thread's own while it is offered */
	bool offered;
	bool over; /* nothing is adopted any more */
};

void adopter_init(struct adopter *a, struct loop *loop, struct door *door,
		  adopt_take *take);
void adopter_done(struct adopter *a);

/*
 * Has all n threads go by it, and listen on what is in the set, of which the
 * sockets are handed out; those of addresses that are not in it are closed,
 * after what waits in them was let in. Threads that run do it themselves, and
 * are waited for; one that drains or has ended declines. From one thread only.
 * 0, or the first error of any.
 */
int adopt_by_all(struct adopter *const all[], uint32_t n, bool running,
		 const void *what, struct listen_set *listening);
/* In the thread, at the end of a turn. */
void adopt_offered(struct adopter *a, bool draining);
/* The thread ends. */
void adopt_nothing_more(struct adopter *a);

#endif
