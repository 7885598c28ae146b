/* SPDX-License-Identifier: MIT */
/*
 * A side that is gone while its bytes are still on their way: as long as they
 * cannot leave nobody reads from it, so no read says so.
 *
 *      bytes wait ─► it is watched for a failure alone ─► lost: the bytes have
 *                                                    reset_ms, then it failed
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/base.h"
#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

#define MS UINT64_C(1000000)

enum { RESET_MS = 5000 };

/* pour_flow.from: unix sockets report a hang-up for ever, TCP a reset. */
enum from { UNKNOWN, TCP, OTHER };

uint64_t pour_relay_reset_ns(const struct pour_relay *r)
{
	uint32_t ms = r->opts->reset_ms > 0 ? r->opts->reset_ms : RESET_MS;

	return pour_sys_now() + ms * MS;
}

static bool is_held_up(const struct pour_flow *f)
{
	return !pour_flow_ended(f) && f->want != 0 &&
	       !(f->want & (POUR_WANT_SRC | POUR_WANT_CPU));
}

/* What was shut both ways reports a hang-up though nobody has left. */
int pour_relay_unheard_fd(const struct pour_relay *r, unsigned i)
{
	const struct pour_flow *f = &r->flow[i];

	if (r->lost_ns > 0 || f->from != TCP || r->passed & 1 << !i ||
	    !is_held_up(f))
		return -1;
	return f->src;
}

bool pour_relay_is_tcp(unsigned kind, int fd)
{
	int protocol = -1;

	if (kind == POUR_SOCKET)
		protocol = pour_sys_sockopt(fd, SO_PROTOCOL);
	return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP;
}

static void learn(struct pour_flow *f)
{
	if (f->from == UNKNOWN && is_held_up(f))
		f->from = pour_relay_is_tcp(f->src_kind, f->src) ? TCP : OTHER;
}

void pour_relay_lose(struct pour_relay *r, unsigned side)
{
	if (r->lost_ns > 0)
		return;
	r->lost_ns = pour_relay_reset_ns(r);
	r->victim = (uint8_t)!side;
}

bool pour_relay_is_gone(int fd)
{
	struct pollfd p = { .fd = fd };

	return pour_sys_poll(&p, 1, 0) > 0;
}

void pour_relay_look_for_loss(struct pour_relay *r, bool moved)
{
	for (unsigned i = 0; i < 2; i++) {
		int fd;

		learn(&r->flow[i]);
		fd = moved ? -1 : pour_relay_unheard_fd(r, i);
		if (fd >= 0 && pour_relay_is_gone(fd))
			pour_relay_lose(r, i);
	}
}

bool pour_relay_is_lost(const struct pour_relay *r)
{
	return r->lost_ns > 0 && pour_sys_now() >= r->lost_ns;
}

uint64_t pour_relay_lost_in_ns(const struct pour_relay *r)
{
	uint64_t now;

	if (r->lost_ns == 0)
		return UINT64_MAX;
	now = pour_sys_now();
	return now < r->lost_ns ? r->lost_ns - now : 0;
}
