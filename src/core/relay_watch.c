/* SPDX-License-Identifier: MIT */
/* How long a relay may be silent, and who is to be watched meanwhile. */
#include "base/base.h"
#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

/* Nobody has had to know yet. The first time, how long ago the last of it came
 * says all that there is to say. */
#define NOT_ASKED INT64_MIN

/* What the peers of both have acknowledged, and how long ago the last of it. */
static int64_t acked(const struct pour_relay *r, uint64_t *ret_ago_ns)
{
	int64_t sum = 0;

	*ret_ago_ns = UINT64_MAX;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t ago = UINT64_MAX;

		if (r->flow[i].dst_kind == POUR_SOCKET)
			sum += pour_sys_acked(r->flow[i].dst, &ago);
		*ret_ago_ns = MIN(*ret_ago_ns, ago);
	}
	return sum;
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

/*
 * The bound passed, as far as we can see: but a slow reader with a large buffer
 * before it is not silent. Since when it is, the last acknowledgement tells.
 */
static bool is_silent(struct pour_relay *r, uint64_t now)
{
	uint64_t ago;
	int64_t a = acked(r, &ago);

	if (a == r->acked)
		return true;
	r->acked = a;
	r->since_ns = now - MIN(ago, now - r->since_ns);
	return now - r->since_ns >= bound(r);
}

/* Who may not send what he has is not silent. */
static bool is_held_back(const struct pour_relay *r)
{
	return (r->flow[0].want | r->flow[1].want) & POUR_WANT_TIME;
}

bool pour_relay_is_quiet(struct pour_relay *r, bool moved)
{
	uint64_t now;

	if (bound(r) == 0)
		return false;
	now = pour_sys_now();
	if (r->since_ns == 0)
		r->acked = NOT_ASKED;
	if (r->since_ns > 0 && !moved && !is_held_back(r))
		return now - r->since_ns >= bound(r) && is_silent(r, now);
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
