/* SPDX-License-Identifier: MIT */
/* Copying or a pipe, by what a stream brings: see stream.h. */
#include "core/stream.h"

#include "base/base.h"
#include "core/method.h"

/* Measured: docs/methods.md. */
static const struct pour_tuning defaults = {
	.small_file = 16 * 1024,
	.stream_read = 16 * 1024,
	.stream_after = 64 * 1024,
	.stream_reads = 1,
	.message = 4 * 1024,
	.messages = 4,
};

/* The threshold in force: the caller's, if it is not 0. */
#define TUNED(p, threshold)                                                    \
	((p)->opts.tuning != NULL && (p)->opts.tuning->threshold > 0           \
		 ? (p)->opts.tuning->threshold                                 \
		 : defaults.threshold)

uint32_t pour_small_file(const struct pour *p)
{
	return TUNED(p, small_file);
}

/* The place of a method in the plan; -1: it is not in it. */
static int place_of(const struct pour *p, enum pour_method method)
{
	for (int i = 0; p->plan[i] != POUR_METHODS; i++)
		if (p->plan[i] == method)
			return i;
	return -1;
}

static bool go_to(struct pour *p, enum pour_method method)
{
	int place = place_of(p, method);

	if (place < 0)
		return false;
	p->now = (uint8_t)place;
	p->burst = 0;
	p->full = p->little = 0;
	return true;
}

/* Who knows how much will come knows that it streams. */
static bool is_long(const struct pour *p)
{
	return p->limit != POUR_ALL && p->limit >= TUNED(p, stream_after);
}

void pour_stream_begin(struct pour *p)
{
	p->adapts = p->src.kind == POUR_SOCKET &&
		    place_of(p, POUR_BY_PIPE) >= 0 &&
		    place_of(p, POUR_BY_COPY) >= 0;
	if (p->adapts && !is_long(p))
		(void)go_to(p, POUR_BY_COPY);
}

uint64_t pour_stream_bound(const struct pour *p, uint64_t max)
{
	uint64_t most = TUNED(p, stream_read);

	return p->adapts ? MIN(max, most) : max;
}

void pour_stream_read(struct pour *p, uint64_t asked, int64_t n)
{
	p->shallow = p->src.kind == POUR_SOCKET && p->opts.flags & POUR_LEVEL &&
		     n > 0 && (uint64_t)n < asked;
}

static void took_by_copy(struct pour *p, uint64_t n)
{
	bool is_full = n >= TUNED(p, stream_read);

	/* A full read says nothing of what is known to be short. */
	is_full = is_full && p->limit >= TUNED(p, stream_after);
	p->full = is_full ? (uint16_t)(p->full + 1) : 0;
	if (p->burst >= TUNED(p, stream_after) ||
	    p->full >= TUNED(p, stream_reads))
		(void)go_to(p, POUR_BY_PIPE);
}

void pour_stream_adapt(struct pour *p, uint64_t n)
{
	p->burst += n;
	if (p->plan[p->now] == POUR_BY_COPY)
		took_by_copy(p, n);
}

void pour_stream_paused(struct pour *p)
{
	if (!p->adapts || p->burst == 0)
		return;
	p->little = p->burst <= TUNED(p, message) ? (uint16_t)(p->little + 1)
						  : 0;
	p->burst = 0;
	if (p->plan[p->now] == POUR_BY_PIPE && p->little >= TUNED(p, messages))
		(void)go_to(p, POUR_BY_COPY);
}

bool pour_stream_step_aside(struct pour *p)
{
	p->dry = 0;
	return p->plan[p->now] != POUR_BY_COPY && go_to(p, POUR_BY_COPY);
}

void pour_stream_settle(struct pour *p)
{
	p->adapts = 0;
}
