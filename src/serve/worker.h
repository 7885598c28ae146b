/* SPDX-License-Identifier: MIT */
/*
 * One thread of the server and all that is its own.
 *
 *      turn:  loop (accept, sessions, timers) ─► run queue ─► forget files
 *                ─► who arrived in it ─► forget files ─► log
 *
 * A session with nothing in flight is small; what an answer needs, a struct
 * work, is borrowed here and comes back.
 */
#ifndef SERVE_WORKER_H
#define SERVE_WORKER_H

#include <pour.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "http/head.h"
#include "http/stamp.h"
#include "net/adopt.h"
#include "net/door.h"
#include "net/limits.h"
#include "net/log.h"
#include "net/loop.h"
#include "net/portion.h"
#include "net/timer.h"
#include "net/waits.h"
#include "serve/advance.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/intake.h"
#include "serve/send.h"
#include "serve/serve.h"
#include "serve/tally.h"

struct check;
struct checkers;
struct lease;
struct worker;

/* What all workers read; only the atomics and the log are ever written. */
struct shared {
	struct serve_opts opts; /* as at the start, defaults filled in */
	struct limits *limits;
	struct checkers *checkers; /* NULL: no site has users */
	struct log log;
	uint64_t connections_max; /* as descriptors allow it */
	atomic_int stop;          /* enum serve_how, or 0 */
};

/* What a worker adopts. */
struct served {
	struct serve_opts opts; /* its times; defaults filled in */
	struct sites *sites;    /* the worker takes a share of its own */
};

/* Behind the longest head there is still room for pieces of a body. */
enum { BODY_ROOM = 1024 };

/* What a session has while a request is being read or answered. */
struct work {
	struct work *next_free;
	struct lease *lease;    /* on the sites, while there is an answer */
	uint64_t started_ms;    /* when the request's first byte was there */
	struct portion portion; /* of a rate, that it waits for */
	uint64_t body_in;       /* bytes of its own body that came */
	bool answers;           /* the answer takes more than one turn */
	struct check *check;    /* of its password, which it waits for */
	int gate;               /* what that came to: 200 or 401; 0: none */
	int refusal;            /* the status that parsing ended in, or 0 */
	uint32_t in_len;        /* bytes in the buffer */
	uint32_t looked;        /* how many of them were parsed already */
	bool left_body;         /* bytes of this request are still to come */
	bool paced;             /* by a rate */
	bool watched;           /* its peer is waited for */
	struct advance advance;
	struct head head;
	struct intake intake;
	struct send send;
	struct answer answer;
	char in[HEAD_SIZE_MAX + BODY_ROOM];
};

struct worker {
	struct shared *shared;
	struct loop loop;
	struct pour_pool *pool;
	struct cache cache;
	struct stamp stamp;
	struct timer_queue head_late, idle_late, body_late, linger_late;
	struct timer_queue first_late; /* a first request, once draining */
	struct timer_queue grace_late;
	struct timer grace;
	struct waits waits;              /* answers that a rate holds up */
	uint32_t head_size, head_fields; /* a head has at most */
	enum serve_log log;              /* what a line is */
	uint32_t rounds_max;             /* answers of a session in a turn */
	uint64_t least; /* bytes that a peer takes in a window */
	struct list sessions;
	struct list running; /* sessions that go on in the next turn */
	struct list arrived; /* new ones whose request came along */
	struct work *free_works;
	uint32_t n_free_works;
	bool draining, cut;
	uint32_t n_turned_away;           /* of them, those that linger */
	uint64_t said_ms[LIMITS_ENTRIES]; /* when each was last said */
	struct door door;
	struct lease *lease; /* on what is served now */
	struct adopter adopter;
	pthread_mutex_t checked_lock;
	struct list checked; /* of that lock; see gate.h */
	struct log_lines lines;
	struct tally tally;
	atomic_bool dump; /* somebody asks what it does */
};

/* Half built on failure, for worker_done(). 0 or -errno. */
int worker_init(struct worker *w, struct shared *shared);
/* The times of its deadlines from now on. */
void worker_set_times(struct worker *w, const struct serve_opts *opts);
void worker_done(struct worker *w);
/* Serves until told to stop. 0 or -errno. */
int worker_run(struct worker *w);

/* Lends the memory for one request, empty; NULL: there is none. */
struct work *worker_take(struct worker *w);
void worker_give(struct worker *w, struct work *work);

#endif
