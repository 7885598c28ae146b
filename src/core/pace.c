/* SPDX-License-Identifier: MIT */
/* The token bucket: see pace.h. */
#include "core/pace.h"

#include "base/base.h"
#include "core/sys.h"

#define SECOND UINT64_C(1000000000)

static uint64_t burst_of(const struct pour *p)
{
	return p->opts.burst > 0 ? p->opts.burst
				 : MAX(p->opts.rate / 8, UINT64_C(1));
}

/* Calls worth their price: a hundredth of a second's, if the burst has it. */
static uint64_t worth_while(const struct pour *p, uint64_t max)
{
	uint64_t least = MIN(MAX(p->opts.rate / 100, UINT64_C(1)), burst_of(p));

	return MIN(least, max);
}

void pour_pace_begin(struct pour *p)
{
	if (p->opts.rate == 0)
		return;
	p->tokens = burst_of(p);
	p->tokens_ns = pour_sys_now();
}

/* Whole bytes only: the rest of the time stays in the account. */
static void fill(struct pour *p)
{
	uint64_t now = pour_sys_now(), burst = burst_of(p), bytes;
	uint64_t passed = now > p->tokens_ns ? now - p->tokens_ns : 0;

	if (__builtin_mul_overflow(passed, p->opts.rate, &bytes))
		bytes = UINT64_MAX;
	bytes /= SECOND;
	/* A relay's rate may have been lowered since. */
	p->tokens = MIN(p->tokens, burst);
	if (bytes >= burst - p->tokens) {
		p->tokens = burst;
		p->tokens_ns = now;
	} else {
		p->tokens += bytes;
		p->tokens_ns += bytes * SECOND / p->opts.rate;
	}
}

static uint64_t time_for(const struct pour *p, uint64_t bytes)
{
	uint64_t rate = p->opts.rate;

	return bytes / rate * SECOND + bytes % rate * SECOND / rate + 1;
}

uint64_t pour_allow(struct pour *p, uint64_t bytes)
{
	uint64_t left = p->allowed;

	p->allowed = bytes;
	return left;
}

uint64_t pour_pace_bound(struct pour *p, uint64_t max)
{
	uint64_t least;

	if (p->allowed == 0) {
		p->wait_ns = UINT64_MAX;
		return 0;
	}
	max = MIN(max, p->allowed);
	if (p->opts.rate == 0)
		return max;
	fill(p);
	least = worth_while(p, max);
	if (p->tokens >= least)
		return MIN(max, p->tokens);
	p->wait_ns = time_for(p, least - p->tokens);
	return 0;
}

void pour_pace_pay(struct pour *p, uint64_t n)
{
	if (p->opts.rate > 0)
		p->tokens -= MIN(p->tokens, n);
	if (p->allowed != POUR_ALL)
		p->allowed -= MIN(p->allowed, n);
}

uint64_t pour_wait_ns(const struct pour *p)
{
	return p->wait_ns;
}
