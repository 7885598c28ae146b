/* SPDX-License-Identifier: MIT */
#ifndef POUR_OPTS_H
#define POUR_OPTS_H

/*
 * Options of a transfer. In every field zero is the default, and NULL in place
 * of the structure stands for all zero. Included by <pour.h>.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct pour_account;
struct pour_pool;

enum pour_flag {
	/*
	 * The source must last to the limit. If it ends before (a file that
	 * was truncated while it was sent) the step fails with -ENODATA and
	 * the account says POUR_ENDED_SHORT.
	 */
	POUR_EXACT = 1 << 0,
	/* You ignore or block SIGPIPE and SIGXFSZ: spare the masking. */
	POUR_SIGNALS_IGNORED = 1 << 1,
	/* Another transfer to this socket follows now: its last segment may
	 * wait for it (MSG_MORE, SPLICE_F_MORE), up to 200 ms. */
	POUR_MORE = 1 << 2,
	/*
	 * Only methods after which a change of the source cannot be seen by
	 * the receiver. sendfile() and splice() hand out pages of a file, not
	 * copies of them; a file sealed with F_SEAL_WRITE may be shared.
	 */
	POUR_STABLE = 1 << 3,
	/*
	 * File to file: holes of the source stay holes, punched where the
	 * destination has bytes. It asks lseek(SEEK_DATA) through a private
	 * descriptor of the source (/proc/self/fd); -errno of opening that.
	 */
	POUR_HOLES = 1 << 4,
	/* From a file: answer POUR_WANT_DISK instead of reading the disk. */
	POUR_NODISK = 1 << 5,
	/* cancel_fd is set. */
	POUR_CANCELLABLE = 1 << 6,
	/*
	 * You wait by poll() or by level-triggered epoll: a stream that gave
	 * less than it was asked for is waited for, and not asked once more.
	 */
	POUR_LEVEL = 1 << 7,
	/*
	 * Sockets and pipes at both ends are O_NONBLOCK: spare the asking. Of
	 * one that blocks after all, what has to be left in time is not.
	 */
	POUR_NONBLOCKING = 1 << 8,
	/* In pour_relay_opts: you close both sides as soon as it is over, which
	 * says the last end as well as shutdown() would. */
	POUR_CLOSES = 1 << 9,
	/* Two ends that are files are not the same one: spare the asking. One
	 * that was made for this transfer is none that was there before. */
	POUR_APART = 1 << 10,
};

/* May a file come to share extents with its copy? */
enum pour_clone {
	POUR_CLONE_AUTO,   /* where the file system does it */
	POUR_CLONE_ALWAYS, /* fail rather than move bytes */
	POUR_CLONE_NEVER,  /* neither clone nor copy_file_range() */
};

/*
 * Thresholds of the plan, in bytes unless named otherwise; measured defaults
 * (docs/methods.md). NULL, or 0 in a field: the default.
 */
struct pour_tuning {
	uint32_t small_file;   /* a file up to this is copied, into a file or
				   with a head or tail: 16 KiB */
	uint32_t stream_read;  /* a read from a stream that may be small:
				   16 KiB */
	uint32_t stream_after; /* without a pause: it streams: 64 KiB */
	uint32_t stream_reads; /* full reads in a row: it streams: 1 read */
	uint32_t message;      /* what a small message is: 4 KiB */
	uint32_t messages;     /* in a row: it streams no more: 4 messages */
	uint32_t reserved[10];
};

/*
 * What MSG_ZEROCOPY has to remember of a socket, all zero at first: one for
 * each socket, for as long as it is open, because the kernel numbers its
 * answers by socket and not by transfer.
 */
struct pour_acks {
	uint32_t sent;   /* sends so far; wraps */
	uint32_t done;   /* of them, no longer in need of the memory; wraps */
	uint32_t copied; /* the kernel copied: it is not worth while here */
	uint32_t reserved[5];
};

struct pour_opts {
	struct pour_pool *pool; /* lends pipes and buffers; NULL: its own */
	/* Goes first and last, in as few packets as can be; neither is part of
	 * the limit, and each is counted apart. The tail goes out only when
	 * the body is complete. */
	const void *head;
	size_t head_size;
	const void *tail;
	size_t tail_size;
	/* Bytes that you read from the source already: they go out before the
	 * rest of it, within the limit, and count as copied. */
	const void *buffered;
	size_t buffered_size;
	/*
	 * Bytes that one step may take from the source, so that a fast peer
	 * does not hold the loop; a quarter more where that reaches the limit,
	 * so that no short tail costs a step of its own. 0: 1 MiB, and 64 MiB
	 * in pour_run(). A clone ignores it.
	 */
	uint64_t budget;
	/*
	 * The pace: bytes a second on average, and bytes at once (0: an eighth
	 * of a second's). It bounds the length of each call, so that zero copy
	 * stays on. 0: none.
	 */
	uint64_t rate, burst;
	uint32_t methods; /* 1 << enum pour_method, ORed; 0: all */
	uint32_t flags;   /* enum pour_flag, ORed */
	enum pour_clone clone;
	/* For pour_run() only, and not with a socket or pipe that blocks: */
	int cancel_fd;        /* readable: stop; with POUR_CANCELLABLE */
	uint64_t deadline_ns; /* moment of CLOCK_MONOTONIC by which it ends */
	uint64_t min_rate;    /* delivered bytes a second, at least, over */
	uint32_t min_rate_ms; /* each window of so long; 0: 10 s */
	uint32_t idle_ms;     /* longest time in which nothing is delivered */
	/* pour_run() calls it before each step and at the end, pour_fan_run()
	 * between steps; it never changes the path. Not 0: stop. */
	int (*progress)(void *context, const struct pour_account *account);
	void *progress_context;
	const struct pour_tuning *tuning;
	struct pour_acks *acks; /* memory to a socket with SO_ZEROCOPY set */
	uint64_t reserved[6];
};

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
