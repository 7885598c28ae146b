/* SPDX-License-Identifier: MIT */
/*
 * Threads that do the same: started together, stopped together, joined.
 *
 *      crew_start ──► run(context, i) in each ──► the last one out says so (fd)
 */
#ifndef NET_CREW_H
#define NET_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct crew;

struct crew_member {
	struct crew *crew;
	pthread_t id;
	int result;
};

/* What each does, and how one that has failed takes the others along. */
struct crew_work {
	int (*run)(void *context, uint32_t i); /* 0 or -errno */
	void (*cut)(void *context);            /* all are to end, at once */
	void *context;
};

struct crew {
	struct crew_work work;
	uint32_t n;
	struct crew_member *members;
	bool started;       /* and not joined */
	uint32_t n_started; /* to be joined */
	int start_result;   /* why not all of them were */
	int over_fd;        /* an eventfd: readable once all have ended */
	atomic_uint n_running;
};

/* One a CPU that this process may use. */
uint32_t crew_size(void);
/* Nobody runs yet. 0 or -errno; crew_done() is due in either case. */
int crew_init(struct crew *c, uint32_t n, const struct crew_work *work);
/* Nobody runs any more. Safe on all zero. */
void crew_done(struct crew *c);
/*
 * Starts them, with all signals blocked; SIGPIPE is ignored from then on, in
 * the whole program. error: something else failed already, and nobody is
 * started. 0 or -errno; crew_join() is due in either case.
 */
int crew_start(struct crew *c, int error);
/* Waits for all. 0, or the first error of the start or of a member. */
int crew_join(struct crew *c);

#endif
