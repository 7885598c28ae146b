/* SPDX-License-Identifier: MIT */
/*
 * Streams that adapt. Nobody knows beforehand whether a socket will bring
 * messages or gigabytes, and a pipe is dear for the one and cheap for the
 * other, so a transfer from a stream socket looks at what comes:
 *
 *                  64 KiB without a pause, or a read that was full
 *               ┌────────────────────────────────────────────────┐
 *             copy                                              pipe
 *               └────────────────────────────────────────────────┘
 *                       small messages in a row, each alone
 *
 * The thresholds are data (struct pour_tuning).
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include <pour.h>
#include <stdbool.h>

/* After planning: whether it adapts, and where it begins. */
void pour_stream_begin(struct pour *p);
/* Bytes that one read may ask for. */
uint64_t pour_stream_bound(const struct pour *p, uint64_t max);
/* A read was asked for so much, and gave n. */
void pour_stream_read(struct pour *p, uint64_t asked, int64_t n);
void pour_stream_adapt(struct pour *p, uint64_t n);

/* The last read came short, and that is to be believed: POUR_LEVEL. */
static inline bool pour_stream_is_empty(struct pour *p)
{
	bool is_empty = p->shallow;

	p->shallow = 0;
	return is_empty;
}

/* n bytes were taken; the next ones may go another way. */
static inline void pour_stream_took(struct pour *p, int64_t n)
{
	if (p->adapts)
		pour_stream_adapt(p, (uint64_t)n);
}

/* The source has nothing more for now. */
void pour_stream_paused(struct pour *p);
/*
 * splice() cannot pass an out-of-band byte, read() can: the next bytes are
 * copied. False: copying is not in this plan.
 */
bool pour_stream_step_aside(struct pour *p);
/* A method was left for good: no more changing. */
void pour_stream_settle(struct pour *p);

/* opts.tuning->small_file, or its default. */
uint32_t pour_small_file(const struct pour *p);

#endif
