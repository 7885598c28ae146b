/* SPDX-License-Identifier: MIT */
/* Upstreams and who shares them: see route.h. */
#include "proxy/route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

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
	u->target.weight = MAX(to->weight, 1U);
	u->target.max = to->max;
	u->target.backup = to->backup;
	atomic_init(&u->shares, 1);
	addr_text(&to->addr, u->name);
	return u;
}

static int add_upstream(struct route *r, const struct proxy_target *to)
{
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
	at[r->n] = upstream_new(to);
	if (at[r->n] == NULL)
		return -ENOMEM;
	targets[r->n] = &at[r->n]->target;
	r->n++;
	return 0;
}

static int new_one(struct route **ret, const struct proxy_target to[],
		   uint32_t n)
{
	struct route *r = calloc(1, sizeof(*r));
	int e = r == NULL ? -ENOMEM : 0;

	if (r != NULL)
		atomic_init(&r->shares, 1);
	for (uint32_t i = 0; e == 0 && i < n; i++)
		e = add_upstream(r, &to[i]);
	if (e < 0)
		(void)route_drop(r);
	else
		*ret = r;
	return e;
}

/* ── The chain ── */

static struct route *named(struct route *first, const char *name)
{
	struct route *r = first->next;

	while (r != NULL && strcmp(r->name, name) != 0)
		r = r->next;
	return r;
}

static int add_name(struct route *first, const struct proxy_name *n)
{
	struct route *r = named(first, n->name), *last = first;

	if (r != NULL)
		return add_upstream(r, &n->to);
	while (last->next != NULL)
		last = last->next;
	if (new_one(&r, NULL, 0) < 0)
		return -ENOMEM;
	r->number = last->number + 1;
	last->next = r;
	r->name = strdup(n->name);
	return r->name == NULL ? -ENOMEM : add_upstream(r, &n->to);
}

int route_new(struct route **ret, const struct proxy_opts *opts)
{
	struct route *first = NULL;
	int r = new_one(&first, opts->to, opts->n_to);

	for (uint32_t i = 0; r == 0 && i < opts->n_names; i++)
		r = add_name(first, &opts->names[i]);
	if (r < 0)
		(void)route_drop(first);
	else
		*ret = first;
	return r;
}

/* How well it fits: 0, not at all. */
static size_t fits(const char *pattern, const char *name, size_t len)
{
	size_t n = strlen(pattern);

	if (n == len && memcmp(pattern, name, n) == 0)
		return SIZE_MAX;
	/* "*" stands for a label or more, and not for none. */
	if (pattern[0] == '*' && n - 1 < len &&
	    memcmp(pattern + 1, name + len - (n - 1), n - 1) == 0)
		return n;
	return 0;
}

struct route *route_for(struct route *first, const char *name, size_t len)
{
	struct route *best = first->n > 0 ? first : NULL;
	size_t best_fit = 0;

	for (struct route *r = first->next; r != NULL; r = r->next) {
		size_t fit = fits(r->name, name, len);

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
