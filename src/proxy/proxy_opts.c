/* SPDX-License-Identifier: MIT */
/* What a proxy was told: defaults filled in, and lists that it keeps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "proxy/proxy_inside.h"

static uint32_t or_default(uint32_t value, uint32_t standard)
{
	return value != 0 ? value : standard;
}

struct proxy_opts proxy_opts_filled(const struct proxy_opts *opts)
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

int proxy_opts_keep(struct proxy *p)
{
	struct proxy_opts *o = &p->shared.opts;
	int r = keep(&o->proxy_in, o->n_proxy_in, &p->networks[0]);

	if (r == 0)
		r = keep(&o->allow, o->n_allow, &p->networks[1]);
	return r < 0 ? r : keep(&o->deny, o->n_deny, &p->networks[2]);
}
