/* SPDX-License-Identifier: MIT */
/* Portions of rates for a relay: see allowance.h. */
#include "proxy/allowance.h"

#include <pour.h>

#include "base/base.h"
#include "proxy/lane.h"
#include "proxy/talk.h"

void allowance_begin(struct talk *t)
{
	if (!t->paced)
		return;
	for (unsigned side = 0; side < LIMITS_WAYS; side++)
		(void)pour_relay_allow(&t->relay, side, 0);
}

static struct limits_asker asker(const struct talk *t, unsigned side)
{
	return (struct limits_asker){ .limits = t->lane->shared->limits,
				      .client = t->client,
				      .way = side };
}

/* It has used up what it had, and more is there to be passed on. */
static uint64_t ask(struct talk *t, unsigned side)
{
	const struct limits_asker who = asker(t, side);
	uint64_t wait_ns = 0;
	uint64_t n = portion_take(&t->allowance->from[side], &who, POUR_ALL,
				  &wait_ns);

	(void)pour_relay_allow(&t->relay, side, n);
	return n > 0 ? 0 : wait_ns;
}

static void give_back(struct talk *t, unsigned side, uint64_t left)
{
	const struct limits_asker who = asker(t, side);

	portion_give_back(&t->allowance->from[side], &who, left);
}

static uint64_t step_from(struct talk *t, unsigned side)
{
	int want = pour_relay_wants(&t->relay, side);
	uint64_t left = pour_relay_allow(&t->relay, side, 0);

	if (left == 0 && want & POUR_WANT_TIME)
		return ask(t, side);
	if (left != POUR_ALL && want == POUR_WANT_SRC)
		give_back(t, side, left);
	else
		(void)pour_relay_allow(&t->relay, side, left);
	return UINT64_MAX;
}

uint64_t allowance_step(struct talk *t)
{
	uint64_t wait_ns = UINT64_MAX;

	for (unsigned side = 0; t->paced && side < LIMITS_WAYS; side++)
		wait_ns = MIN(wait_ns, step_from(t, side));
	return wait_ns;
}

void allowance_end(struct talk *t)
{
	for (unsigned side = 0; t->paced && side < LIMITS_WAYS; side++) {
		uint64_t left = pour_relay_allow(&t->relay, side, 0);

		give_back(t, side, left != POUR_ALL ? left : 0);
	}
}
