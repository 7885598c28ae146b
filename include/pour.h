/* SPDX-License-Identifier: MIT */
#ifndef POUR_H
#define POUR_H

/*
 * pour - moves bytes between file descriptors by the shortest path Linux has
 *
 *        two ends ──► plan ──► step, step, step ──► account
 *
 * Name two ends. A plan is made once: the methods that suit this pair, the
 * shortest path first. Each step moves what it can without blocking and says
 * what it waits for; wait for that under any event loop, and step again. When
 * a method turns out not to suit, the next one goes on at the same byte. The
 * account says which method moved how many bytes, in how many calls, and for
 * which errno a method was left.
 *
 * Functions that return int answer
 *         0   done, or finished
 *        >0   not finished: a set of POUR_WANT_* bits
 *        <0   failed for good: a negative errno
 *
 * Promises. The library closes, seeks and reconfigures no descriptor that you
 * handed in, and moves no file position but one that you named with POUR_HERE.
 * It starts no thread, installs no handler, prints nothing, and keeps no state
 * outside the structures below. SIGPIPE and SIGXFSZ that a call of ours causes
 * never reach you. pour_step() does not block on a socket or pipe that is
 * O_NONBLOCK (on a disk it may); pour_run() and pour_copy() work either way.
 * After pour_finish() the process has the descriptors that it had before.
 *
 * Nothing here may be called for one struct pour, or one pool, from two
 * threads at once; different ones are strangers to each other.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What follows is exported, whatever your flags say of visibility. */
#pragma GCC visibility push(default)

struct pollfd;

/* ── Ends ──────────────────────────────────────────────────────────────── */

enum pour_kind {
	POUR_FILE,   /* regular file or block device: it has offsets */
	POUR_SOCKET, /* stream socket */
	POUR_PIPE,   /* pipe or FIFO */
	POUR_DEVICE, /* anything else that can read() or write() */
	POUR_MEMORY, /* bytes in memory; a source only */
};

enum { POUR_KINDS = POUR_MEMORY + 1 };

/*
 * One end of a transfer: a value, freely copied. It borrows the descriptor or
 * the memory that it names, which must outlive the transfer. Make one with the
 * functions below: the reserved words must be zero.
 */
struct pour_end {
	enum pour_kind kind;
	int fd;
	uint64_t offset;    /* of a file; POUR_HERE: its own position */
	const void *memory; /* of memory: its first byte */
	uint64_t size;      /* bytes there are from offset on; 0: not known */
	uint64_t reserved[4];
};

/* As an offset: the descriptor's own file position, which then moves. */
#define POUR_HERE UINT64_MAX
/* As a limit: until the source ends. */
#define POUR_ALL UINT64_MAX

/*
 * Asks the kernel what fd is; a file is then used at its own position.
 * -EBADF: not open. -EISDIR: a folder. -EOPNOTSUPP: a socket that is not a
 * stream, whose message boundaries a transfer would lose.
 */
int pour_end_of(struct pour_end *ret, int fd);
/* A regular file at an offset of its own: many transfers can share one fd. */
struct pour_end pour_file_at(int fd, uint64_t offset);
/* A stream socket, or a pipe, that you know to be one: asks nobody. */
struct pour_end pour_socket(int fd);
struct pour_end pour_pipe(int fd);
/* Bytes in memory. They must stay as they are until the transfer finished. */
struct pour_end pour_memory(const void *memory, size_t size);

/* ── Methods ───────────────────────────────────────────────────────────── */

enum pour_method {
	POUR_BY_RANGE, /* copy_file_range(): within one kind of file system */
	POUR_BY_SENDFILE, /* sendfile(): page cache to anything */
	POUR_BY_SPLICE,   /* splice(): one end is a pipe already */
	POUR_BY_PIPE,     /* splice() twice, through a borrowed pipe */
	POUR_BY_COPY, /* read() and write() through a buffer: always suits */
};

enum { POUR_METHODS = POUR_BY_COPY + 1 };

/* Arrays by method have room for methods that are still to come. */
enum { POUR_METHODS_ROOM = 16, POUR_WANTS_ROOM = 8 };

/* "copy_file_range", "sendfile", "splice", "pipe", "copy"; NULL: no such. */
const char *pour_method_name(enum pour_method method);

/* ── Transfers ─────────────────────────────────────────────────────────── */

enum pour_want {
	POUR_WANT_SRC = 1 << 0, /* the source must become readable */
	POUR_WANT_DST = 1 << 1, /* the destination must become writable */
	POUR_WANT_CPU = 1 << 2, /* the budget is spent: step again later */
};

enum { POUR_WANTS = 3 };

enum pour_flag {
	/*
	 * The source must last to the limit. If it ends before (a file that
	 * was truncated while it was sent) the step fails with -ENODATA and
	 * the account says POUR_ENDED_SHORT.
	 */
	POUR_EXACT = 1 << 0,
	/* You ignore or block SIGPIPE and SIGXFSZ: spare the masking. */
	POUR_SIGNALS_IGNORED = 1 << 1,
};

struct pour_pool;

/* In every field zero is the default, and NULL stands for all zero. */
struct pour_opts {
	struct pour_pool *pool; /* lends pipes and buffers; NULL: its own */
	const void *head;       /* goes first, in one packet with the body; */
	size_t head_size;       /* not part of the limit, counted apart */
	/*
	 * Bytes that one step may take from the source, so that a fast peer
	 * does not hold the loop; a quarter more where that reaches the limit,
	 * so that no short tail costs a step of its own. 0: 1 MiB, and 64 MiB
	 * in pour_run().
	 */
	uint64_t budget;
	uint32_t methods; /* 1 << enum pour_method, ORed; 0: all */
	uint32_t flags;   /* enum pour_flag, ORed */
	uint64_t reserved[10];
};

/* How a transfer ended. */
enum pour_ended {
	POUR_ENDED_NOT,    /* it goes on */
	POUR_ENDED_SOURCE, /* the source ended */
	POUR_ENDED_LIMIT,  /* the limit was reached */
	POUR_ENDED_SHORT,  /* POUR_EXACT, and the source ended too early */
	POUR_ENDED_FAILED, /* see side and error */
};

enum pour_side { POUR_SIDE_NONE, POUR_SIDE_SRC, POUR_SIDE_DST };

/*
 * What a transfer did so far. delivered is the sum of moved[]. Between taken
 * and delivered lies what pour_pending() says.
 */
struct pour_account {
	uint64_t taken;                    /* bytes that left the source */
	uint64_t delivered;                /* bytes the destination has */
	uint64_t head;                     /* bytes of opts.head delivered */
	uint64_t moved[POUR_METHODS_ROOM]; /* bytes delivered by each method */
	uint64_t
		calls[POUR_METHODS_ROOM]; /* system calls that moved or tried */
	uint64_t waits[POUR_WANTS_ROOM];  /* steps that ended in want 1 << i */
	int32_t left[POUR_METHODS_ROOM];  /* errno it was left for, or 0 */
	int32_t error;                    /* errno of the failure, or 0 */
	enum pour_side side;              /* the side that failed */
	enum pour_ended ended;
	uint32_t spare;
	uint64_t reserved[4];
};

/*
 * One transfer, one direction: about 800 bytes, yours to embed or to lend out.
 * Private inside; its size is part of the ABI.
 */
struct pour {
	struct pour_account account;
	struct pour_end dst, src;
	struct pour_opts opts;
	uint64_t limit;
	uint64_t in_pipe;   /* bytes in the borrowed pipe */
	const char *held;   /* bytes in memory that are on their way */
	uint64_t held_len;  /* how many */
	uint64_t head_held; /* how many of them are of the head */
	void *buffer;
	int pipe[2];
	uint8_t plan[8]; /* methods in order, then POUR_METHODS */
	uint8_t now;     /* the one in use */
	uint8_t small, dry, raised;
	uint32_t spare;
	uint64_t reserved[8];
};

/*
 * Plans a transfer of at most limit bytes; moves nothing and opens nothing.
 * p need not be initialised. -EINVAL: a destination of memory, or no allowed
 * method suits this pair, or a reserved word is not zero.
 */
int pour_begin(struct pour *p, struct pour_end dst, struct pour_end src,
	       uint64_t limit, const struct pour_opts *opts);
/* Moves what it can without blocking. After 0 or <0 it says the same again. */
int pour_step(struct pour *p);
/* Steps and polls until finished or failed; restarts after signals. */
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
/* What it did so far; stays valid after pour_finish(), until the next begin. */
const struct pour_account *pour_account(const struct pour *p);
/*
 * One line, such as "sendfile 5368709120 bytes in 5120 calls; splice left:
 * EINVAL". As snprintf(): never writes past size, answers the full length.
 */
int pour_explain(const struct pour_account *account, char *buf, size_t size);

/*
 * All of it in one call, blocking: pour_end_of() both, begin, run, finish.
 * Bytes delivered, or a negative errno; the account (may be NULL) either way.
 */
int64_t pour_copy(int dst, int src, uint64_t limit, struct pour_account *ret);

/* ── Pool: one a thread, without locks ─────────────────────────────────── */

/*
 * Lends pipes of pipe_size bytes (0: 256 KiB; the kernel may give less, and
 * what it gave is read back) and buffers of POUR_BUFFER_SIZE bytes, and keeps
 * at most pipes_max (0: 16) and as many buffers for later. Opens nothing yet.
 * -ENOMEM.
 */
enum { POUR_BUFFER_SIZE = 256 * 1024 };
int pour_pool_new(struct pour_pool **ret, uint32_t pipes_max,
		  uint32_t pipe_size);
/* Returns NULL. Every pipe and buffer must have come back. */
struct pour_pool *pour_pool_free(struct pour_pool *pool);
/* Pipes and buffers that are lent out at the moment. */
uint32_t pour_pool_lent(const struct pour_pool *pool);
/* Pipes that came back with bytes in them, and so were closed. */
uint64_t pour_pool_dropped(const struct pour_pool *pool);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
