/* SPDX-License-Identifier: MIT */
#ifndef POUR_ACCOUNT_H
#define POUR_ACCOUNT_H

/*
 * The account: which method moved how many bytes, in how many calls, and why
 * another was left. Included by <pour.h>.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum pour_method {
	POUR_BY_RANGE, /* copy_file_range(): within one kind of file system */
	POUR_BY_SENDFILE, /* sendfile(): page cache to anything */
	POUR_BY_SPLICE,   /* splice(): one end is a pipe already */
	POUR_BY_PIPE,     /* splice() twice, through a borrowed pipe */
	POUR_BY_COPY,     /* read() and write() through a buffer */
	POUR_BY_CLONE,    /* FICLONERANGE: shares extents, moves nothing */
	POUR_BY_ZEROCOPY, /* send(MSG_ZEROCOPY): memory to socket; opts.acks */
	POUR_BY_VMSPLICE, /* vmsplice(): memory to pipe; only when asked for */
	POUR_BY_MMAP,     /* a mapping and write(); only when asked for */
	POUR_BY_DIRECT,   /* a function end moved them itself: end.direct */
	POUR_BY_TEE,      /* tee(): pipe to pipe, in a fan */
	POUR_BY_HOLE,     /* nothing to move: a hole stayed one, POUR_HOLES */
};

enum { POUR_METHODS = POUR_BY_HOLE + 1 };

/* Arrays by method have room for methods that are still to come. */
enum { POUR_METHODS_ROOM = 16, POUR_WANTS_ROOM = 8 };

/*
 * "copy_file_range", "sendfile", "splice", "pipe", "copy", "clone", "zerocopy",
 * "vmsplice", "mmap", "direct", "tee", "hole"; NULL: no such.
 */
const char *pour_method_name(enum pour_method method);

enum pour_want {
	POUR_WANT_SRC = 1 << 0,  /* the source must become ready */
	POUR_WANT_DST = 1 << 1,  /* the destination must become ready */
	POUR_WANT_CPU = 1 << 2,  /* the budget is spent: step again later */
	POUR_WANT_ACK = 1 << 3,  /* sent memory is still in use: POLLERR */
	POUR_WANT_TIME = 1 << 4, /* the pace says not yet: pour_wait_ns() */
	POUR_WANT_DISK = 1 << 5, /* the next range is on disk: pour_warm() */
};

enum { POUR_WANTS = 6 };

/* How a transfer ended. */
enum pour_ended {
	POUR_ENDED_NOT,       /* it goes on */
	POUR_ENDED_SOURCE,    /* the source ended */
	POUR_ENDED_LIMIT,     /* the limit was reached */
	POUR_ENDED_SHORT,     /* POUR_EXACT, and the source ended too early */
	POUR_ENDED_FAILED,    /* see side and error */
	POUR_ENDED_TIMEOUT,   /* a deadline, idle time or rate was not kept */
	POUR_ENDED_CANCELLED, /* you stopped it, or finished it half-way */
};

enum pour_side { POUR_SIDE_NONE, POUR_SIDE_SRC, POUR_SIDE_DST };

/*
 * What a transfer did so far. delivered is the sum of moved[]. Between taken
 * and delivered lies what pour_pending() says.
 */
struct pour_account {
	uint64_t taken;     /* bytes that left the source */
	uint64_t delivered; /* bytes the destination has */
	uint64_t head;      /* bytes of opts.head delivered */
	uint64_t tail;      /* bytes of opts.tail delivered */
	uint64_t teed;      /* bytes that tee() gave to a branch of a fan */
	uint64_t missed;    /* bytes that a branch of a fan was not given */
	uint64_t moved[POUR_METHODS_ROOM]; /* bytes delivered by each method */
	uint64_t calls[POUR_METHODS_ROOM]; /* calls that moved, or tried to */
	uint64_t waits[POUR_WANTS_ROOM];   /* steps that ended in want 1 << i */
	int32_t left[POUR_METHODS_ROOM];   /* errno it was left for, or 0 */
	int32_t error;                     /* errno of the failure, or 0 */
	enum pour_side side;               /* the side that failed */
	enum pour_ended ended;
	uint32_t spare;
	uint64_t reserved[4];
};

/*
 * One line, such as "sendfile 5368709120 bytes in 5120 calls; splice left:
 * EINVAL". As snprintf(): never writes past size, answers the full length.
 */
int pour_explain(const struct pour_account *account, char *buf, size_t size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
