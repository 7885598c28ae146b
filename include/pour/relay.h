/* SPDX-License-Identifier: MIT */
#ifndef POUR_RELAY_H
#define POUR_RELAY_H

/*
 * A relay: two transfers back to back, until both directions have ended.
 *
 *        side[0].in ══ flow[0] ══► side[1].out
 *        side[0].out ◄══ flow[1] ══ side[1].in
 *
 * The end of one direction is passed on by shutdown(SHUT_WR), and the other
 * goes on. A failure ends both: what the other side was sent already is waited
 * for (SIOCOUTQ, with a bound), and then SO_LINGER is set to 0 on its socket,
 * so that your close() passes the reset on. Those two are all that a relay does
 * to your descriptors. A pipe cannot be shut down: when the account of a flow
 * says that it ended, close the end that it wrote to. Included by <pour.h>.
 */

#include <pour/transfer.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Something to talk with: a socket is both ends, a pair of pipes one each. */
struct pour_duplex {
	struct pour_end in, out;
};

/* Both ends of a stream socket. */
struct pour_duplex pour_duplex(int fd);

struct pour_relay_opts {
	/*
	 * Of each direction, flow[i] being the one from side i: pool, head,
	 * buffered bytes, budget, pace, methods, flags. NULL: all zero. What
	 * is for pour_run() only is left out of account.
	 */
	const struct pour_opts *flow[2];
	/* Once one direction ended: how long the other may be silent. */
	uint32_t half_ms;
	/* How long both may be silent. 0, here and above: no bound. */
	uint32_t idle_ms;
	/* How long a reset waits for queued bytes. 0: 5 s. */
	uint32_t reset_ms;
	/* For pour_relay_run(): readable: stop; with POUR_CANCELLABLE. */
	int cancel_fd;
	uint32_t flags;
	uint32_t spare;
	uint64_t reserved[4];
};

/* Yours to embed: about 2.5 KiB. Private inside; its size is part of the ABI. */
struct pour_relay {
	struct pour flow[2];
	struct pour_relay_opts opts;
	int want[2];
	int error;      /* what it answers once it is over */
	uint8_t phase;  /* enum in relay.c */
	uint8_t passed; /* 1 << i: the end of flow[i] was passed on */
	uint8_t victim; /* the side that a reset is passed on to */
	uint8_t spare;
	uint64_t moved;    /* bytes delivered when last looked at, both ways */
	int64_t acked;     /* and of those, what the peers acknowledged */
	uint64_t quiet_ns; /* since when neither grew */
	uint64_t reset_ns; /* when a reset waits no longer */
	uint64_t reserved[4];
};

/*
 * Plans both directions; moves nothing. r need not be initialised. -EINVAL as
 * pour_begin(). -EDEADLK: a socket or pipe that blocks, on which one direction
 * would hold up the other.
 */
int pour_relay_begin(struct pour_relay *r, const struct pour_duplex side[2],
		     const struct pour_relay_opts *opts);
/*
 * Moves what it can in both directions, without blocking on descriptors that
 * are O_NONBLOCK. 0: both have ended. >0: POUR_WANT_* of both, ORed. <0: a
 * direction failed, and what could be passed on was; -ETIMEDOUT: a bound.
 */
int pour_relay_step(struct pour_relay *r);
/*
 * What to poll for, one entry a descriptor; fills up to four and says how many.
 * A descriptor that is not among them must not be watched: it would be reported
 * over and over for a hang-up that no step consumes yet.
 */
int pour_relay_pollfds(const struct pour_relay *r, struct pollfd *fds);
/* The same for one descriptor: its poll events, 0: do not watch it. */
short pour_relay_events(const struct pour_relay *r, int fd);
/* Step again after so long, even if nothing is ready; UINT64_MAX: no need. */
uint64_t pour_relay_wait_ns(const struct pour_relay *r);
/* All of it, blocking: 0 or a negative errno. */
int pour_relay_run(struct pour_relay *r);
/* Gives back what it borrowed. Safe on NULL, on all zero, and twice. */
void pour_relay_finish(struct pour_relay *r);
/* The account of the direction that comes from that side, 0 or 1. */
const struct pour_account *pour_relay_account(const struct pour_relay *r,
					      unsigned side);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
