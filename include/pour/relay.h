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
 * says that it ended, close the end that it wrote to.
 *
 * While a direction between sockets, pipes and devices waits with nothing on
 * its way, it holds nothing: its transfer is back with the pool, and so are
 * pipe and buffer. One with a function or a file keeps its transfer. Included
 * by <pour.h>.
 */

#include <pour/transfer.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Something to talk with: a socket is both ends, a pair of pipes one each; and
 * what comes first. The bytes must stay while pour_relay_pending() counts them.
 */
struct pour_duplex {
	struct pour_end in, out;
	const void *head; /* goes to it before all else, counted as a head */
	size_t head_size;
	const void *buffered; /* that you read from it already: a parser's */
	size_t buffered_size;
	uint64_t reserved[2];
};

/* Both ends of a stream socket. */
struct pour_duplex pour_duplex(int fd);

/*
 * Not copied: it and what it names must outlive the relay, and one will do for
 * all relays of a thread. What you change in it holds from the next step on.
 */
struct pour_relay_opts {
	/*
	 * Of each direction, flow[i] being the one from side i: budget, pace,
	 * methods, flags, tuning. NULL: all zero. What is for pour_run() only
	 * is left out of account.
	 */
	const struct pour_opts *flow[2];
	/* Lends to both. NULL: one of its own, which keeps what it lent. */
	struct pour_pool *pool;
	/* Once one direction ended: how long the other may be silent. */
	uint32_t half_ms;
	/* How long both may be silent. 0, here and above: no bound. A peer that
	 * acknowledges what it was sent is not silent. */
	uint32_t idle_ms;
	/* How long a reset waits for bytes before it: those on their way, and
	 * those that the other side was sent. 0: 5 s. */
	uint32_t reset_ms;
	/* For pour_relay_run(): readable: stop; with POUR_CANCELLABLE. */
	int cancel_fd;
	uint32_t flags;
	uint32_t spare;
	uint64_t reserved[4];
};

/* One direction, and what its transfer leaves behind when it is given back. */
struct pour_flow {
	struct pour *p;             /* NULL: back with the pool */
	uint64_t moved[2];          /* bytes by copying, by its other method */
	uint64_t tokens, tokens_ns; /* of its pace */
	uint64_t allowed;           /* pour_relay_allow() */
	uint32_t calls[2];
	uint32_t waits[4]; /* for SRC, DST, CPU, TIME */
	uint32_t head;     /* bytes of the head delivered */
	uint32_t burst;    /* struct pour has these as well */
	uint32_t wait_us;  /* UINT32_MAX: until more is allowed */
	uint16_t full, little;
	int src, dst; /* descriptors */
	int16_t left, error;
	uint8_t src_kind, dst_kind;
	uint8_t plan[3], now;
	uint8_t want, ended, side, dry, adapts;
	uint8_t from; /* enum in relay_watch.c */
};

/* Yours to embed: 280 bytes. Private inside; its size is part of the ABI. */
struct pour_relay {
	struct pour_flow flow[2];
	const struct pour_relay_opts *opts;
	struct pour_pool *own; /* the pool, where the caller has none */
	int64_t acked;         /* bytes that the peers had acknowledged */
	uint64_t since_ns;     /* of silence; or when a reset waits no longer */
	int error;             /* what it answers once it is over */
	uint8_t phase;         /* enum in relay.c */
	uint8_t passed;        /* 1 << i: the end of flow[i] was passed on */
	uint8_t victim;        /* the side that a reset is passed on to */
	uint8_t lonely;        /* 1 << i: all of flow[i] came from its source */
	uint64_t lost_ns; /* a side is gone: its bytes have time until then */
	uint64_t reserved[1];
};

/*
 * Plans both directions; moves nothing. r need not be initialised. -EINVAL as
 * pour_begin(), or options of a direction with a pool, a head, a tail, acks or
 * buffered bytes of their own. -EDEADLK: a socket or pipe that blocks, on which
 * one direction would hold up the other. -ENOMEM.
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
 * The same after poll(2), or epoll, reported events of fd: only the directions
 * that wait for them are stepped, which spares calls that would say EAGAIN. One
 * of them besides POLLIN and POLLOUT, such as POLLRDHUP, says that more is to be
 * had than a short read gave: with POUR_LEVEL it is asked once more then. After
 * POLLRDHUP the last bytes may wait for the end, to go in one segment with it.
 *
 * The first step is for both, whatever the event; with POUR_LEVEL only for what
 * waits, and for what has bytes that go first.
 */
int pour_relay_step_for(struct pour_relay *r, int fd, short events);
/*
 * What to poll for, one entry a descriptor; fills up to four and says how many.
 * A descriptor that is not among them must not be watched: it would be reported
 * over and over for a hang-up that no step consumes yet.
 */
int pour_relay_pollfds(const struct pour_relay *r, struct pollfd *fds);
/* The same for one descriptor: its poll events, 0: do not watch it. POLLERR
 * alone: watch it for nothing but the failure that is always reported. */
short pour_relay_events(const struct pour_relay *r, int fd);
/* Step again after so long, even if nothing is ready; UINT64_MAX: no need. */
uint64_t pour_relay_wait_ns(const struct pour_relay *r);
/* All of it, blocking: 0 or a negative errno. */
int pour_relay_run(struct pour_relay *r);
/* What the direction that comes from that side, 0 or 1, waits for. */
int pour_relay_wants(const struct pour_relay *r, unsigned side);
/* pour_allow() for that direction. */
uint64_t pour_relay_allow(struct pour_relay *r, unsigned side, uint64_t bytes);
/*
 * Bytes of that direction that are on their way: of a head, of buffered bytes,
 * and what was taken and is not delivered. 0: what you lent in struct
 * pour_duplex for it is yours again.
 */
uint64_t pour_relay_pending(const struct pour_relay *r, unsigned side);
/*
 * Ends it at once: POUR_ENDED_CANCELLED. Sets SO_LINGER to 0 on the sockets, so
 * that your close() resets both conversations.
 */
void pour_relay_abort(struct pour_relay *r);
/* Gives back what it borrowed. Safe on NULL, on all zero, and twice. */
void pour_relay_finish(struct pour_relay *r);
/*
 * The account of the direction that comes from that side, as it is now. Of a
 * transfer that still has bytes on its way, only before pour_relay_finish().
 */
void pour_relay_account(const struct pour_relay *r, unsigned side,
			struct pour_account *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
