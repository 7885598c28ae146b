/* SPDX-License-Identifier: MIT */
/*
 * One thread of the proxy and all that is its own.
 *
 *      turn:  loop (door, talks, timers) ─► those that go on ─► other targets,
 *                                          other rules? ─► queue ─► log
 */
#ifndef PROXY_LANE_H
#define PROXY_LANE_H

#include <pour.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "http/stamp.h"
#include "net/adopt.h"
#include "net/door.h"
#include "net/ebb.h"
#include "net/limits.h"
#include "net/log.h"
#include "net/loop.h"
#include "net/metrics.h"
#include "net/timer.h"
#include "net/waits.h"
#include "proxy/balance.h"
#include "proxy/check.h"
#include "proxy/keep.h"
#include "proxy/names.h"
#include "proxy/proxy.h"
#include "proxy/targets.h"

struct opening;
struct route;
struct rules;

/* What all lanes read; only the atomics and the log are ever written. */
struct proxy_shared {
	struct targets targets;
	struct limits *limits;
	struct log log;
	atomic_ullong connections_max; /* as descriptors allow it */
	atomic_int stop;               /* enum proxy_how, or 0 */
};

/* Conversations by why they ended, which is a letter. */
enum { LANE_CAUSES = 128 };

/* What a lane knows of a route. */
struct lane_way {
	struct balance balance;
	struct list waiting; /* openings, by their wait */
};

struct lane {
	struct proxy_shared *shared;
	struct loop loop;
	struct door door;
	struct pour_pool *pool;
	struct pour_opts flow_opts; /* of each direction of each relay */
	struct pour_relay_opts relay_opts;
	struct adopter adopter;
	struct rules *rules;   /* a share */
	struct route *route;   /* a share */
	struct lane_way *ways; /* of each route, by its number */
	struct timer_queue hello_late, connect_late, again, wait_late,
		grace_late;
	struct timer grace;
	struct waits waits;   /* of relays */
	struct checks checks; /* of the first lane, for all */
	struct names names;   /* the same */
	struct list talks;    /* the oldest first */
	struct keep keep;
	uint64_t n_talks;
	struct ebb ebb;
	struct opening *free_openings; /* kept for the next clients */
	uint32_t n_free_openings;
	struct list running; /* by their timers; they go on in the next turn */
	uint32_t n_waiting;
	bool draining, cut;
	uint64_t said_ms[LIMITS_ENTRIES]; /* when each was last said */
	struct log_lines lines;
	struct stamp stamp;
	struct metrics metrics;
	struct counter ended[LANE_CAUSES];
	struct histogram connect_seconds;
	atomic_bool dump; /* somebody asks what it does */
};

/* Without rules yet. Half built on failure, for lane_done(). 0 or -errno. */
int lane_init(struct lane *l, struct proxy_shared *shared);
void lane_done(struct lane *l);
/* Runs until told to stop. 0 or -errno. */
int lane_run(struct lane *l);
/* Counts, and says once a second at most, that descriptors are lacking. */
void lane_say_scarce(struct lane *l);

#endif
