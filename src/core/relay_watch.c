/* SPDX-License-Identifier: MIT */
/* How long a relay may be silent, and who is to be watched meanwhile. */
#include "base/base.h"
#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

static int64_t acked_by(const struct pour_flow *f)
{
	return f->dst_kind == POUR_SOCKET ? pour_sys_acked(f->dst) : 0;
}

/* What the peers of both have acknowledged. */
static int64_t acked(const struct pour_relay *r)
{
	return acked_by(&r->flow[0]) + acked_by(&r->flow[1]);
}

/* The bound that holds now, in ns; 0: none. */
static uint64_t bound(const struct pour_relay *r)
{
	bool half = pour_flow_ended(&r->flow[0]) ||
		    pour_flow_ended(&r->flow[1]);
	uint64_t idle = r->opts->idle_ms * MS, lonely = r->opts->half_ms * MS;

	if (!half || lonely == 0)
		return idle;
	return idle > 0 ? MIN(idle, lonely) : lonely;
}

/* A slow reader with a large buffer before it is not silent. */
bool pour_relay_is_quiet(struct pour_relay *r, bool moved)
{
	uint64_t now;
	int64_t a;

	if (bound(r) == 0)
		return false;
	now = pour_sys_now();
	if (r->since_ns > 0 && !moved && now - r->since_ns < bound(r))
		return false;
	if (r->since_ns == 0 || !moved) {
		a = acked(r);
		if (r->since_ns > 0 && a == r->acked)
			return true;
		r->acked = a;
	}
	r->since_ns = now;
	return false;
}

uint64_t pour_relay_bound_ns(const struct pour_relay *r)
{
	uint64_t now, end = r->since_ns + bound(r);

	if (bound(r) == 0)
		return UINT64_MAX;
	if (r->since_ns == 0)
		return 0; /* the first step begins to count */
	now = pour_sys_now();
	return now < end ? end - now : 0;
}

int pour_relay_lonely_fd(const struct pour_relay *r)
{
	for (unsigned i = 0; i < 2; i++)
		if (r->lonely & 1 << i && r->flow[!i].want == POUR_WANT_SRC)
			return r->flow[i].src;
	return -1;
}
