/* SPDX-License-Identifier: MIT */
/*
 * What each method costs on this machine, between each pair of ends.
 *
 *      options ─► cases (pair × size) ─► rows (ways) ─► samples, in rounds
 *                                                          │
 *                 table, JSON, plot, claims ◄── ranks ◄────┘
 *
 * A way is a method of the library, forced, or a loop written by hand that
 * stands beside it. In each round every way of a case has its turn, forwards
 * and backwards, so that what changes meanwhile changes for all; two ways are
 * compared round by round. This floor measures and makes text; it prints
 * nothing.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <pour.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bench_pair {
	BENCH_FILE_SOCKET,
	BENCH_SOCKET_FILE,
	BENCH_SOCKET_SOCKET,
	BENCH_FILE_FILE,
	BENCH_MEMORY_SOCKET,
	BENCH_FILE_PIPE,
	BENCH_MEMORY_PIPE,
	BENCH_ONE_MANY, /* a file to several sockets */
	BENCH_MESSAGES, /* to and fro through a relay, one at a time */
};

enum { BENCH_PAIRS = BENCH_MESSAGES + 1 };

enum {
	BENCH_SIZES_MAX = 8,
	BENCH_ROUNDS_MAX = 99,
	BENCH_BRANCHES_MAX = 16,
	BENCH_WHY_SIZE = 96,
	BENCH_ERROR_SIZE = 256,
};

/* A size of one transfer, and of one message, is at most so much. */
#define BENCH_SIZE_MAX    (UINT64_C(8) << 30)
#define BENCH_MESSAGE_MAX (UINT64_C(1) << 20)

struct bench;
struct bench_case;
struct way;

struct bench_opts {
	uint32_t pairs;   /* 1 << enum bench_pair, ORed */
	uint32_t methods; /* 1 << enum pour_method, ORed; 0: all */
	uint32_t rounds;
	unsigned branches; /* of one to many */
	uint64_t sizes[BENCH_SIZES_MAX], messages[BENCH_SIZES_MAX];
	unsigned n_sizes, n_messages;
	uint64_t sample_ns; /* about as long as one sample takes */
	const char *folder; /* where files lie */
	const char *congestion;
	bool fresh; /* files are emptied before they are written to */
	/* Called between samples; true: it has to end. */
	bool (*stop)(void *context, const struct bench *b);
	/* Called when the last sample of a case is taken, and of the one that
	 * was under way when it had to end. */
	void (*case_done)(void *context, const struct bench_case *c);
	void *context;
};

/* One way's turn in one round. CPU seconds are the scheduler's. */
struct bench_sample {
	uint64_t bytes, transfers;   /* bytes delivered, each branch's */
	uint64_t calls;              /* that moved, or tried to */
	double seconds, here, there; /* wall; CPU of the mover; of the others */
	uint32_t distance[2]; /* ns a cache line takes, before and after */
	uint32_t round;
	uint32_t preempted; /* times that others were given our CPU */
	uint64_t moved[POUR_METHODS_ROOM], called[POUR_METHODS_ROOM];
};

struct bench_row {
	const struct way *way;
	char why[BENCH_WHY_SIZE]; /* why it does not run here; "" */
	bool is_exact;            /* each byte was compared */
	uint64_t transfers;       /* in one sample */
	struct bench_sample *samples;
	unsigned n;
};

struct bench_case {
	enum bench_pair pair;
	uint64_t size;
	struct bench_row *rows;
	unsigned n_rows;
	enum pour_method chosen; /* what pour's own choice was */
	bool has_chosen;
};

struct bench {
	struct bench_opts opts;
	struct bench_case *cases;
	unsigned n_cases;
	unsigned cpus
		[2]; /* of the mover, of the others; the same: there is one */
	bool has_network;  /* a network namespace of its own */
	int network_error; /* why not */
	/* Samples from so many nanoseconds on are those with the CPUs far;
	 * UINT32_MAX: all are alike. Changes while it is measured. */
	uint32_t far_from;
	unsigned straddled;  /* samples dropped, since the CPUs were moved */
	unsigned done, todo; /* samples */
	const struct bench_case *now; /* the case under way; NULL: none */
	bool is_stopped;
	char error[BENCH_ERROR_SIZE]; /* what failed, where bench_run() did */
};

/* "file-socket"; NULL: no such. And for people: "file to socket". */
const char *bench_pair_name(unsigned pair);
const char *bench_pair_title(enum bench_pair pair);

/* Makes the cases; measures nothing. 0 or -ENOMEM. */
int bench_new(struct bench **ret, const struct bench_opts *opts);
/* Returns NULL. Safe on NULL. */
struct bench *bench_free(struct bench *b);

/* About how long it will take, and at most how much it will need. */
uint64_t bench_estimate_ns(const struct bench *b);
uint64_t bench_disk(const struct bench *b);
uint64_t bench_memory(const struct bench *b);

/*
 * Measures. The process is in another network afterwards, where that is
 * allowed, and its thread on one CPU. SIGPIPE must be ignored. 0, also when it
 * was stopped; or -errno and b->error.
 */
int bench_run(struct bench *b);

#endif
