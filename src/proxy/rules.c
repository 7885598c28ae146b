/* SPDX-License-Identifier: MIT */
/* Defaults filled in, and lists that are kept: see rules.h. */
#include "proxy/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "net/crew.h"
#include "net/listen.h"

static uint32_t or_default(uint32_t value, uint32_t standard)
{
	return value != 0 ? value : standard;
}

static struct proxy_opts filled(const struct proxy_opts *opts)
{
	struct proxy_opts o = *opts;

	o.threads = MIN(or_default(o.threads, crew_size()),
			(uint32_t)LISTEN_THREADS_MAX);
	o.connect_timeout_ms = or_default(o.connect_timeout_ms, 5 * 1000);
	o.hello_timeout_ms = or_default(o.hello_timeout_ms, 5 * 1000);
	o.half_timeout_ms = or_default(o.half_timeout_ms, 5 * 60 * 1000);
	o.check_fall = or_default(o.check_fall, 3);
	o.check_rise = or_default(o.check_rise, 2);
	o.grace_ms = or_default(o.grace_ms, 10 * 1000);
	o.log_fd = o.log_fd ? o.log_fd : STDERR_FILENO;
	return o;
}

static int keep(const struct network **list, uint32_t n, struct network **ret)
{
	if (n == 0)
		return 0;
	*ret = calloc(n, sizeof(struct network));
	if (*ret == NULL)
		return -ENOMEM;
	memcpy(*ret, *list, n * sizeof(struct network));
	*list = *ret;
	return 0;
}

static int keep_networks(struct rules *r)
{
	struct proxy_opts *o = &r->opts;
	int e = keep(&o->proxy_in, o->n_proxy_in, &r->networks[0]);

	if (e == 0)
		e = keep(&o->allow, o->n_allow, &r->networks[1]);
	return e < 0 ? e : keep(&o->deny, o->n_deny, &r->networks[2]);
}

static void keep_text(struct slice *text, char memory[PROXY_CHECK_MAX])
{
	text->len = MIN(text->len, (size_t)PROXY_CHECK_MAX);
	if (text->len > 0)
		memcpy(memory, text->at, text->len);
	text->at = memory;
}

/* What is the caller's is not looked at any more. */
static void forget(struct proxy_opts *o)
{
	o->listen = NULL;
	o->inherited = NULL;
	o->to = NULL;
	o->names = NULL;
	o->log_file = NULL;
}

int rules_new(struct rules **ret, const struct proxy_opts *opts)
{
	struct rules *r = calloc(1, sizeof(*r));
	int e;

	if (r == NULL)
		return -ENOMEM;
	atomic_init(&r->shares, 1);
	r->opts = filled(opts);
	for (uint32_t i = 0; i < opts->n_resolvers; i++)
		r->resolvers[i] = opts->resolvers[i];
	r->opts.resolvers = r->resolvers;
	keep_text(&r->opts.check_send, r->check_send);
	keep_text(&r->opts.check_expect, r->check_expect);
	e = keep_networks(r);
	forget(&r->opts);
	if (e < 0)
		(void)rules_drop(r);
	else
		*ret = r;
	return e;
}

struct rules *rules_share(struct rules *r)
{
	atomic_fetch_add_explicit(&r->shares, 1, memory_order_relaxed);
	return r;
}

struct rules *rules_drop(struct rules *r)
{
	if (r == NULL || atomic_fetch_sub(&r->shares, 1) != 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(r->networks); i++)
		free(r->networks[i]);
	free(r);
	return NULL;
}
