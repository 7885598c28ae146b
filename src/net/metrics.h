/* SPDX-License-Identifier: MIT */
/*
 * What a thread has done, as numbers that others may read while it goes on:
 *
 *      account ──► metrics_note ──► the thread's own counters ─┐
 *                                   those of other threads ────┴► metrics_add
 *                                              ──► metrics_write, as text
 *
 * Counting is an addition without a lock. The text is the format of Prometheus,
 * version 0.0.4; names and labels are this house's, so none needs escapes, and
 * there is a bound to how many there are.
 */
#ifndef NET_METRICS_H
#define NET_METRICS_H

#include <pour.h>
#include <stdint.h>

#include "base/counter.h"
#include "base/text.h"

/* How a transfer ended, as far as anybody who watches is concerned. */
enum metrics_end {
	METRICS_WHOLE,
	METRICS_SHORT,   /* the source had less than was promised */
	METRICS_ABORTED, /* the peer left, or was too slow */
};

enum { METRICS_ENDS = METRICS_ABORTED + 1 };
/* An errno from here on is counted as 0, "other". */
enum { METRICS_ERRNOS = 134 };

/* Counters and nothing else: sums treat it as an array of them. */
struct metrics {
	struct counter accepted; /* connections */
	struct counter busy;     /* of them, those with something in flight */
	struct counter head;     /* bytes of heads */
	struct counter ended[METRICS_ENDS];
	struct counter moved[POUR_METHODS_ROOM]; /* bytes */
	struct counter calls[POUR_METHODS_ROOM];
	struct counter waits[POUR_WANTS_ROOM];
	struct counter left[POUR_METHODS_ROOM][METRICS_ERRNOS];
	struct counter pipes_lent, pipes_idle, buffers_lent;
	struct counter opened, dropped, refused, shrunk; /* pipes */
	struct counter lines_lost;                       /* of the log */
};

enum metrics_end metrics_end(const struct pour_account *account);
/* A transfer, or some that are one answer, came to its end. */
void metrics_note(struct metrics *m, const struct pour_account *account);
/* The state of the thread's pool, now. */
void metrics_note_pool(struct metrics *m, const struct pour_pool *pool);

/* Sums are for one thread alone. */
void metrics_add(struct metrics *sum, const struct metrics *m);

/* ── Text ── */

/* The comments that begin a family; type: "counter", "gauge", "histogram". */
void metrics_family(struct text *t, const char *name, const char *type,
		    const char *help);
/* One sample; the format makes its name and its labels. */
__attribute__((format(printf, 3, 4))) void metrics_sample(struct text *t,
							  uint64_t value,
							  const char *format,
							  ...);
/* A family of one sample without labels. */
void metrics_one(struct text *t, const char *name, const char *type,
		 const char *help, uint64_t value);

/* All of a sum; bytes names the family of bytes by method. */
void metrics_write(struct text *t, const struct metrics *sum, const char *bytes,
		   const char *bytes_help);
/* What every process has: start, CPU seconds, memory, descriptors. */
void metrics_write_process(struct text *t);

/* ── Times ── */

/* Up to 1 ms, 2 ms, 4 ms, … 65.536 s, and above. */
enum { HISTOGRAM_BUCKETS = 17 };

struct histogram {
	struct counter in[HISTOGRAM_BUCKETS + 1];
	struct counter sum_ms;
};

void histogram_note(struct histogram *h, uint64_t ms);
void histogram_add(struct histogram *sum, const struct histogram *h);
void histogram_write(struct text *t, const struct histogram *sum,
		     const char *name, const char *help);

#endif
