/* SPDX-License-Identifier: MIT */
/* Tiers, and a method a function: see balance.h. */
#include "proxy/balance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "proxy/target.h"

/* From best to worst; what is left over is not tried at all. */
enum tier { GOOD, BACKUP, OUT, FULL, NOBODY };

bool balance_was_tried(const struct balance_tried *t, uint32_t i)
{
	return t->bits[i / 64] >> i % 64 & 1;
}

void balance_mark(struct balance_tried *t, uint32_t i)
{
	t->bits[i / 64] |= UINT64_C(1) << i % 64;
}

static enum tier tier_of(const struct balance_choice *c, uint32_t i)
{
	const struct target *t = c->targets[i];

	if (balance_was_tried(c->tried, i))
		return NOBODY;
	switch (target_state(t, c->now_ms)) {
	case TARGET_GOOD:
		return target_is_backup(t) ? BACKUP : GOOD;
	case TARGET_OUT:
		return OUT;
	case TARGET_FULL:
		return FULL;
	case TARGET_DOWN:
		break;
	}
	return NOBODY;
}

/* All is looked up once: other threads change it at any time. */
struct round {
	const struct balance_choice *c;
	enum tier best;
	uint8_t tier[BALANCE_TARGETS_MAX];
	uint16_t weight[BALANCE_TARGETS_MAX];
};

static void look(struct round *r, const struct balance_choice *c)
{
	r->c = c;
	r->best = NOBODY;
	for (uint32_t i = 0; i < c->n; i++) {
		enum tier tier = tier_of(c, i);

		r->tier[i] = (uint8_t)tier;
		r->weight[i] = (uint16_t)target_weight(c->targets[i]);
		if (tier < r->best)
			r->best = tier;
	}
}

static bool takes_part(const struct round *r, uint32_t i)
{
	return r->tier[i] == r->best;
}

/* ── In turn ── */

static int make_room(struct balance *b, uint32_t n)
{
	int64_t *more;

	if (n <= b->room)
		return 0;
	more = reallocarray(b->credit, n, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	memset(more + b->room, 0, (n - b->room) * sizeof(*more));
	b->credit = more;
	b->room = n;
	return 0;
}

/*
 * Everybody earns his weight, the richest is chosen and pays what all earned
 * together: weights 3 and 1 give a a b a, and not a a a b.
 */
static int in_turn(struct balance *b, const struct round *r)
{
	int64_t earned = 0;
	int best = make_room(b, r->c->n);

	if (best < 0)
		return best;
	best = BALANCE_NONE;
	for (uint32_t i = 0; i < r->c->n; i++) {
		if (!takes_part(r, i))
			continue;
		b->credit[i] += r->weight[i];
		earned += r->weight[i];
		if (best < 0 || b->credit[i] > b->credit[best])
			best = (int)i;
	}
	if (best >= 0)
		b->credit[best] -= earned;
	return best;
}

/* ── By load ── */

/* Whether one has less to do for its weight than another. */
static bool is_freer(const struct round *r, uint32_t a, uint32_t b)
{
	const struct target *const *t = r->c->targets;
	uint64_t at_a = atomic_load_explicit(&t[a]->active,
					     memory_order_relaxed);
	uint64_t at_b = atomic_load_explicit(&t[b]->active,
					     memory_order_relaxed);

	return (at_a + 1) * r->weight[b] < (at_b + 1) * r->weight[a];
}

/* Looks on from where it last stopped, so that equals take turns. */
static int freest(struct balance *b, const struct round *r)
{
	uint32_t first = (uint32_t)(b->random++ % r->c->n);
	int best = BALANCE_NONE;

	for (uint32_t k = 0; k < r->c->n; k++) {
		uint32_t i = (first + k) % r->c->n;

		if (takes_part(r, i) &&
		    (best < 0 || is_freer(r, i, (uint32_t)best)))
			best = (int)i;
	}
	return best;
}

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators". */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t next_random(struct balance *b)
{
	b->random += UINT64_C(0x9e3779b97f4a7c15);
	return mix(b->random);
}

/* One at random, by weight; not that one (or any: BALANCE_NONE). */
static int at_random(struct balance *b, const struct round *r, int but)
{
	uint64_t sum = 0, at;

	for (uint32_t i = 0; i < r->c->n; i++)
		if (takes_part(r, i) && (int)i != but)
			sum += r->weight[i];
	if (sum == 0)
		return but;
	at = next_random(b) % sum;
	for (uint32_t i = 0; i < r->c->n; i++) {
		if (!takes_part(r, i) || (int)i == but)
			continue;
		if (at < r->weight[i])
			return (int)i;
		at -= r->weight[i];
	}
	return but;
}

static int better_of_two(struct balance *b, const struct round *r)
{
	int one = at_random(b, r, BALANCE_NONE);
	int two = one >= 0 ? at_random(b, r, one) : one;

	if (one == two)
		return one;
	return is_freer(r, (uint32_t)two, (uint32_t)one) ? two : one;
}

/* ── By client ── */

uint64_t balance_hash(const void *bytes, size_t n)
{
	const unsigned char *at = bytes;
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n;

	for (size_t i = 0; i < n; i++)
		h = mix(h ^ at[i]);
	return h;
}

/*
 * Rendezvous: each target draws a number for this client, and the highest one
 * wins; who leaves takes nobody along but his own clients. A target draws as
 * often as it weighs, which makes its share of the wins just that.
 */
static uint64_t draw(const struct target *t, uint32_t weight, uint64_t client)
{
	uint64_t own = balance_hash(&t->addr.storage, t->addr.len);
	uint64_t highest = 0;

	for (uint64_t i = 0; i < weight; i++)
		highest = MAX(highest, mix(client ^ mix(own + i)));
	return highest;
}

static int by_client(const struct round *r)
{
	uint64_t highest = 0;
	int best = BALANCE_NONE;

	for (uint32_t i = 0; i < r->c->n; i++) {
		uint64_t number;

		if (!takes_part(r, i))
			continue;
		number = draw(r->c->targets[i], r->weight[i], r->c->client);
		if (best < 0 || number > highest) {
			best = (int)i;
			highest = number;
		}
	}
	return best;
}

/* ── One of them ── */

int balance_pick(struct balance *b, const struct balance_choice *c)
{
	struct round r;

	look(&r, c);
	if (r.best == NOBODY)
		return BALANCE_NONE;
	if (r.best == FULL)
		return BALANCE_FULL;
	switch (b->method) {
	case BALANCE_ROUNDROBIN:
		return in_turn(b, &r);
	case BALANCE_LEASTCONN:
		return freest(b, &r);
	case BALANCE_RANDOM:
		return better_of_two(b, &r);
	case BALANCE_HASH:
		return by_client(&r);
	}
	return BALANCE_NONE;
}

void balance_done(struct balance *b)
{
	free(b->credit);
	b->credit = NULL;
	b->room = 0;
}
