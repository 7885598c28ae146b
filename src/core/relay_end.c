/* SPDX-License-Identifier: MIT */
/* How the end of a direction is said to its destination. */
#include <errno.h>
#include <poll.h>

#include "core/flow.h"
#include "core/relay.h"
#include "core/sys.h"

/*
 * shutdown() of a socket that is still connecting would break it off. Who was
 * sent something is connected.
 */
static bool is_connecting(const struct pour_flow *f, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return !pour_flow_delivered(f) && pour_sys_poll(&p, 1, 0) == 0;
}

bool pour_relay_pass_on(struct pour_flow *f, bool is_closed_now)
{
	struct pour_end out = pour_flow_dst(f);
	short events = POLLOUT;

	if (out.kind == POUR_SOCKET) {
		if (is_connecting(f, out.fd))
			return false;
		if (!is_closed_now)
			(void)pour_sys_shutdown_write(out.fd);
	}
	if (out.kind != POUR_CALL ||
	    out.writer(out.context, NULL, 0, &events) != -EAGAIN)
		return true;
	f->p->dst_events = events;
	return false;
}
