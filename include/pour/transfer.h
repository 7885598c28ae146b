/* SPDX-License-Identifier: MIT */
#ifndef POUR_TRANSFER_H
#define POUR_TRANSFER_H

/*
 * The transfer: from one end to another, by steps or all at once. Included by
 * <pour.h>.
 */

#include <pour/account.h>
#include <pour/end.h>
#include <pour/opts.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct pollfd;

/*
 * One transfer, one direction: about a kilobyte, yours to embed or to lend out.
 * Private inside; its size is part of the ABI.
 */
struct pour {
	struct pour_account account;
	struct pour_end dst, src;
	struct pour_opts opts;
	uint64_t limit;
	uint64_t buffered;  /* bytes of opts.buffered that were taken */
	uint64_t in_pipe;   /* bytes in the borrowed pipe */
	const char *held;   /* bytes in memory that are on their way */
	uint64_t held_len;  /* how many, those of head and tail included */
	uint64_t head_held; /* how many of them are of the head */
	uint64_t tail_held; /* how many of them are of the tail */
	void *buffer;
	void *map;       /* the window of a file that mmap() shows */
	uint64_t map_at; /* the file offset at which it begins */
	uint64_t map_size;
	uint64_t tokens;     /* bytes that the pace allows now */
	uint64_t tokens_ns;  /* the moment up to which they were counted */
	uint64_t wait_ns;    /* how long the pace says to wait */
	uint64_t data_until; /* file offset up to which there is no hole */
	uint64_t warm_until; /* file offset up to which the disk was asked */
	uint64_t burst;      /* bytes from a stream since it last paused */
	uint64_t allowed;    /* bytes that may still be taken: pour_allow() */
	int pipe[2];
	int hole_fd;           /* the source once more, to seek in; -1: none */
	uint32_t clone_unit;   /* what a clone is aligned to */
	int32_t direct_wants;  /* what a direct call waits for */
	uint16_t full, little; /* reads in a row: full ones, small messages */
	short src_events, dst_events; /* what to poll for */
	uint8_t plan[14];             /* methods in order, then POUR_METHODS */
	uint8_t now;                  /* the one in use */
	uint8_t over; /* enum pour_ended, when only tail and acks lack */
	uint8_t small, dry, adapts, no_holes, shallow;
	uint8_t ending; /* the source's end is known to be next */
	uint8_t shares; /* enum in plan.c */
	uint8_t spare[1];
	uint64_t reserved[3];
};

/*
 * Plans a transfer of at most limit bytes; moves nothing and opens nothing.
 * p need not be initialised. -EINVAL: a destination of memory, or no allowed
 * method suits this pair, or a reserved word is not zero. -EDEADLK: a deadline,
 * an idle time, a rate to keep or a cancel descriptor, and an end whose
 * descriptor blocks: the kernel could not be left in time (splice(2) and
 * sendfile(2) have no MSG_DONTWAIT); account.side says which end. -ELOOP: both
 * ends are one file, and the transfer would read what it wrote.
 */
int pour_begin(struct pour *p, struct pour_end dst, struct pour_end src,
	       uint64_t limit, const struct pour_opts *opts);
/* Moves what it can without blocking. After 0 or <0 it says the same again. */
int pour_step(struct pour *p);
/*
 * Steps and polls until finished or failed; restarts after signals. -ETIMEDOUT
 * and -ECANCELED as opts demand; -ETIMEDOUT also where a socket that blocks has
 * a time-out of its own (SO_RCVTIMEO). -EAGAIN: a function end without a
 * descriptor said so, or pour_allow() allows no more.
 */
int pour_run(struct pour *p);
/* Gives back what it borrowed. Safe on NULL, on all zero, and twice. */
void pour_finish(struct pour *p);

/* Bytes taken from the source that the destination does not have yet. */
uint64_t pour_pending(const struct pour *p);
/*
 * Reads back what the source gave and the destination never got, oldest bytes
 * first, up to size. Bytes read, 0: no more, or a negative errno. Only before
 * pour_finish(), and it ends the transfer.
 */
int64_t pour_residue(struct pour *p, void *buf, size_t size);
/* The last want in the terms of poll(2). Fills up to two; says how many. */
int pour_pollfds(const struct pour *p, int want, struct pollfd *fds);
/* After POUR_WANT_TIME: nanoseconds to wait before the next step; UINT64_MAX:
 * until pour_allow() allows more. */
uint64_t pour_wait_ns(const struct pour *p);
/*
 * So many bytes more may be taken from the source, and then steps answer
 * POUR_WANT_TIME, if there is anything to take: an idle source is waited for,
 * and its end needs no allowance. For limits that many transfers share, beside
 * opts.rate. Answers what was left of the last allowance; at first POUR_ALL.
 */
uint64_t pour_allow(struct pour *p, uint64_t bytes);
/*
 * After POUR_WANT_DISK: brings the next range into memory, blocking; from any
 * thread, and before the next step. 0, or what reading said (the step that
 * follows will say it too).
 */
int pour_warm(struct pour *p);
/* What it did so far; stays valid after pour_finish(), until the next begin. */
const struct pour_account *pour_account(const struct pour *p);
/*
 * Reads the answers about sent memory that have come on a socket; how many
 * sends still need theirs, or a negative errno. While there are any, nothing
 * that was sent may be changed or freed. Steps do this too; it is for after a
 * transfer that failed half-way.
 */
int pour_acks_read(struct pour_acks *acks, int fd);

/*
 * All of it in one call, blocking: pour_end_of() both, begin, run, finish.
 * Bytes delivered, or a negative errno; the account (may be NULL) either way.
 */
int64_t pour_copy(int dst, int src, uint64_t limit, struct pour_account *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
