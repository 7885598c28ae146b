/* SPDX-License-Identifier: MIT */
/* What a transfer leaves behind when it is given back: see flow.h. */
#include <poll.h>
#include <string.h>

#include "base/base.h"
#include "core/flow.h"

/* Which enum pour_want each of pour_flow.waits is for. */
static const uint8_t waited_for[] = { 0, 1, 2, 4 };

_Static_assert(ARRAY_SIZE(waited_for) ==
		       sizeof((struct pour_flow){ 0 }.waits) / sizeof(uint32_t),
	       "a wait has its place");

/* The method in its plan that is not copying. */
static uint8_t other_method(const struct pour_flow *f)
{
	return f->plan[0] == POUR_BY_COPY ? f->plan[1] : f->plan[0];
}

static void fold_account(struct pour_flow *f, const struct pour_account *a)
{
	uint8_t other = other_method(f);

	f->moved[0] = a->moved[POUR_BY_COPY];
	f->calls[0] = (uint32_t)a->calls[POUR_BY_COPY];
	if (other != POUR_METHODS) {
		f->moved[1] = a->moved[other];
		f->calls[1] = (uint32_t)a->calls[other];
		f->left = (int16_t)a->left[other];
	}
	for (size_t i = 0; i < ARRAY_SIZE(waited_for); i++)
		f->waits[i] = (uint32_t)a->waits[waited_for[i]];
	f->head = (uint32_t)a->head;
}

static void unfold_account(const struct pour_flow *f, struct pour_account *ret)
{
	uint8_t other = other_method(f);

	memset(ret, 0, sizeof(*ret));
	ret->moved[POUR_BY_COPY] = f->moved[0];
	ret->calls[POUR_BY_COPY] = f->calls[0];
	if (other != POUR_METHODS) {
		ret->moved[other] = f->moved[1];
		ret->calls[other] = f->calls[1];
		ret->left[other] = f->left;
	}
	for (size_t i = 0; i < ARRAY_SIZE(waited_for); i++)
		ret->waits[waited_for[i]] = f->waits[i];
	ret->taken = ret->delivered = f->moved[0] + f->moved[1];
	ret->head = f->head;
	ret->ended = (enum pour_ended)f->ended;
	ret->side = (enum pour_side)f->side;
	ret->error = f->error;
}

void pour_flow_fold(struct pour_flow *f)
{
	const struct pour *p = f->p;
	uint64_t us = p->wait_ns / 1000 + 1;

	memcpy(f->plan, p->plan, sizeof(f->plan));
	fold_account(f, &p->account);
	f->tokens = p->tokens;
	f->tokens_ns = p->tokens_ns;
	f->allowed = p->allowed;
	f->wait_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
	f->burst = (uint32_t)MIN(p->burst, (uint64_t)UINT32_MAX);
	f->full = p->full;
	f->little = p->little;
	f->now = p->now;
	f->dry = p->dry;
	f->adapts = p->adapts;
}

void pour_flow_unfold(const struct pour_flow *f, struct pour *p)
{
	memset(p, 0, sizeof(*p));
	p->src = pour_flow_src(f);
	p->dst = pour_flow_dst(f);
	p->limit = POUR_ALL;
	p->pipe[0] = p->pipe[1] = p->hole_fd = -1;
	p->src_events = POLLIN;
	p->dst_events = POLLOUT;
	memcpy(p->plan, f->plan, sizeof(f->plan));
	unfold_account(f, &p->account);
	p->tokens = f->tokens;
	p->tokens_ns = f->tokens_ns;
	p->allowed = f->allowed;
	p->burst = f->burst;
	p->full = f->full;
	p->little = f->little;
	p->now = f->now;
	p->dry = f->dry;
	p->adapts = f->adapts;
}

void pour_flow_account(const struct pour_flow *f, struct pour_account *ret)
{
	if (f->p != NULL)
		*ret = f->p->account;
	else
		unfold_account(f, ret);
}
