/* SPDX-License-Identifier: MIT */
/* Upstreams and who shares them: see route.h. */
#include "proxy/route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "proxy/hello.h"
#include "proxy/known.h"

struct upstream *upstream_share(struct upstream *u)
{
	atomic_fetch_add_explicit(&u->shares, 1, memory_order_relaxed);
	return u;
}

void upstream_drop(struct upstream *u)
{
	if (u != NULL && atomic_fetch_sub(&u->shares, 1) == 1)
		free(u);
}

static struct upstream *upstream_new(const struct proxy_target *to)
{
	struct upstream *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->target.addr = to->addr;
	atomic_init(&u->shares, 1);
	addr_text(&to->addr, u->name);
	return u;
}

/* What may change while others look. */
static void tell(struct upstream *u, const struct proxy_target *to)
{
	struct target *t = &u->target;

	atomic_store_explicit(&t->weight, MAX(to->weight, 1U),
			      memory_order_relaxed);
	atomic_store_explicit(&t->max, to->max, memory_order_relaxed);
	atomic_store_explicit(&t->backup, to->backup, memory_order_relaxed);
}

static bool is_at(const struct upstream *u, const struct addr *a)
{
	return u->target.addr.len == a->len &&
	       memcmp(&u->target.addr.storage, &a->storage, a->len) == 0;
}

/* A share of the one that was there before; an address that is named twice is
 * two upstreams. */
static struct upstream *upstream_kept(const struct route *before,
				      const struct addr *a, uint32_t turn)
{
	for (uint32_t i = 0; before != NULL && i < before->n; i++)
		if (before->at[i]->turn != turn && is_at(before->at[i], a))
			return upstream_share(before->at[i]);
	return NULL;
}

/* ── A route ── */

/* One that is made, and the one in whose place it comes. */
struct making {
	struct route *r;
	const struct route *before; /* or NULL */
	struct known *known;
};

static int add_upstream(const struct making *m, const struct proxy_target *to)
{
	struct route *r = m->r;
	struct upstream **at;
	const struct target **targets;

	at = reallocarray(r->at, r->n + 1, sizeof(struct upstream *));
	if (at == NULL)
		return -ENOMEM;
	r->at = at;
	targets = reallocarray(r->targets, r->n + 1,
			       sizeof(const struct target *));
	if (targets == NULL)
		return -ENOMEM;
	r->targets = targets;
	at[r->n] = upstream_kept(m->before, &to->addr, r->turn);
	if (at[r->n] == NULL)
		at[r->n] = upstream_new(to);
	if (at[r->n] == NULL)
		return -ENOMEM;
	at[r->n]->turn = r->turn;
	tell(at[r->n], to);
	targets[r->n] = &at[r->n]->target;
	r->n++;
	return 0;
}

/* Whatever the DNS says, there are no more targets than can be chosen from. */
static int add_addresses(const struct making *m, const struct known *k,
			 const struct proxy_target *to)
{
	int r = 0;

	for (uint32_t i = 0;
	     r == 0 && i < k->n && m->r->n < BALANCE_TARGETS_MAX; i++) {
		struct proxy_target one = *to;

		one.addr = k->at[i].addr;
		one.backup = to->backup || k->at[i].backup;
		if (one.weight == 0)
			one.weight = k->at[i].weight;
		r = add_upstream(m, &one);
	}
	return r;
}

static int add_target(const struct making *m, const struct proxy_target *to)
{
	const struct known *k;

	if (to->host == NULL)
		return m->r->n < BALANCE_TARGETS_MAX ? add_upstream(m, to) : 0;
	k = known_find(m->known, to->host, to->port);
	m->r->is_named = true;
	if (k == NULL || !k->answered)
		m->r->is_pending = true;
	return k != NULL ? add_addresses(m, k, to) : 0;
}

static struct route *new_one(uint32_t turn)
{
	struct route *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		atomic_init(&r->shares, 1);
		r->turn = turn;
	}
	return r;
}

/* ── The chain ── */

static struct route *named(const struct route *first, const char *name)
{
	struct route *r = first->next;

	while (r != NULL && strcmp(r->name, name) != 0)
		r = r->next;
	return r;
}

static struct route *add_route(struct route *first, const char *name)
{
	struct route *r = new_one(first->turn), *last = first;

	if (r == NULL)
		return NULL;
	while (last->next != NULL)
		last = last->next;
	r->number = last->number + 1;
	last->next = r;
	r->name = strdup(name);
	return r->name != NULL ? r : NULL;
}

/* all: of the first routes of both chains. */
static int add_name(const struct making *all, const struct proxy_name *n)
{
	struct making m = { .r = named(all->r, n->name), .known = all->known };

	if (m.r == NULL)
		m.r = add_route(all->r, n->name);
	if (m.r == NULL)
		return -ENOMEM;
	if (all->before != NULL)
		m.before = named(all->before, n->name);
	return add_target(&m, &n->to);
}

/* As if the chain after it had never been begun. */
static void claim_back(const struct route *before)
{
	for (const struct route *r = before; r != NULL; r = r->next)
		for (uint32_t i = 0; i < r->n; i++)
			r->at[i]->turn = r->turn;
}

int route_new(struct route **ret, const struct proxy_opts *opts,
	      const struct route *before, struct known *known)
{
	struct route *first = new_one(before != NULL ? before->turn + 1 : 1);
	const struct making m = { first, before, known };
	int r = first == NULL ? -ENOMEM : 0;

	for (uint32_t i = 0; r == 0 && i < opts->n_to; i++)
		r = add_target(&m, &opts->to[i]);
	for (uint32_t i = 0; r == 0 && i < opts->n_names; i++)
		r = add_name(&m, &opts->names[i]);
	if (r == 0) {
		*ret = first;
		return 0;
	}
	(void)route_drop(first);
	claim_back(before);
	return r;
}

struct route *route_like(struct route *first, const struct route *r)
{
	struct route *like = r->name != NULL ? named(first, r->name) : NULL;

	return like != NULL ? like : first;
}

uint32_t route_count(const struct route *first)
{
	uint32_t n = 0;

	for (const struct route *r = first; r != NULL; r = r->next)
		n++;
	return n;
}

/* The longest name is shorter. */
enum { FITS_WHOLE = 1 << 10, FITS_PROTOCOL = 1 << 11 };

/* How well the host fits: 0, not at all. */
static uint32_t host_fits(const char *pattern, const struct hello *h)
{
	size_t n = strlen(pattern);

	if (strcmp(pattern, "*") == 0)
		return 1;
	if (n == h->name_len && memcmp(pattern, h->name, n) == 0)
		return FITS_WHOLE;
	/* "*" stands for a label or more, and not for none. */
	if (pattern[0] == '*' && n - 1 < h->name_len &&
	    memcmp(pattern + 1, h->name + h->name_len - (n - 1), n - 1) == 0)
		return (uint32_t)n;
	return 0;
}

/* A protocol goes before a host, and one that is offered earlier before others
 * (RFC 7301, 3.1: in descending order of preference). */
static uint32_t fits(const char *pattern, const struct hello *h)
{
	const char *at = strrchr(pattern, '@');
	uint32_t host, place;

	if (at == NULL)
		return host_fits(pattern, h);
	host = host_fits(at + 1, h);
	place = hello_place(h,
			    (struct slice){ pattern, (size_t)(at - pattern) });
	if (host == 0 || place == 0)
		return 0;
	return (HELLO_ALPN_MAX + 1 - place) * FITS_PROTOCOL + host;
}

struct route *route_for(struct route *first, const struct hello *h)
{
	struct route *best = first->n > 0 || first->is_named ? first : NULL;
	uint32_t best_fit = 0;

	for (struct route *r = first->next; r != NULL; r = r->next) {
		uint32_t fit = fits(r->name, h);

		if (fit > best_fit) {
			best_fit = fit;
			best = r;
		}
	}
	return best;
}

struct route *route_share(struct route *r)
{
	atomic_fetch_add_explicit(&r->shares, 1, memory_order_relaxed);
	return r;
}

struct route *route_drop(struct route *r)
{
	if (r == NULL || atomic_fetch_sub(&r->shares, 1) != 1)
		return NULL;
	for (uint32_t i = 0; i < r->n; i++)
		upstream_drop(r->at[i]);
	(void)route_drop(r->next);
	free(r->at);
	free(r->targets);
	free(r->name);
	free(r);
	return NULL;
}
