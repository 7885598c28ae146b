/* SPDX-License-Identifier: MIT */
/* Upstreams and who shares them: see route.h. */
#include "proxy/route.h"

#include <errno.h>
#include <stdlib.h>

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

static int fill(struct route *r, const struct proxy_target to[], uint32_t n)
{
	r->at = calloc(n, sizeof(struct upstream *));
	r->targets = calloc(n, sizeof(const struct target *));
	if (r->at == NULL || r->targets == NULL)
		return -ENOMEM;
	for (; r->n < n; r->n++) {
		r->at[r->n] = upstream_new(&to[r->n]);
		if (r->at[r->n] == NULL)
			return -ENOMEM;
		r->targets[r->n] = &r->at[r->n]->target;
	}
	return 0;
}

int route_new(struct route **ret, const struct proxy_target to[], uint32_t n)
{
	struct route *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return -ENOMEM;
	atomic_init(&r->shares, 1);
	if (fill(r, to, n) < 0) {
		(void)route_drop(r);
		return -ENOMEM;
	}
	*ret = r;
	return 0;
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
	free(r->at);
	free(r->targets);
	free(r);
	return NULL;
}
