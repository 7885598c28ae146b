/* SPDX-License-Identifier: MIT */
#ifndef POUR_END_H
#define POUR_END_H

/*
 * Ends: what a transfer comes from and goes to. Included by <pour.h>.
 */

#include <stddef.h>
#include <stdint.h>

struct stat;

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum pour_kind {
	POUR_FILE,   /* regular file or block device: it has offsets */
	POUR_SOCKET, /* stream socket */
	POUR_PIPE,   /* pipe or FIFO */
	POUR_DEVICE, /* anything else that can read() or write() */
	POUR_MEMORY, /* bytes in memory; a source only */
	POUR_CALL,   /* a function of yours: a TLS session, a compressor */
};

enum { POUR_KINDS = POUR_CALL + 1 };

/*
 * One end of a transfer: a value, freely copied. It borrows the descriptor,
 * the memory or the context that it names, which must outlive the transfer.
 * Make one with the functions below: the reserved word must be zero.
 */
struct pour_end {
	enum pour_kind kind;
	int fd;             /* of a function: what to poll while it waits */
	uint64_t offset;    /* of a file; POUR_HERE: its own position */
	const void *memory; /* of memory: its first byte */
	uint64_t size;      /* bytes there are from offset on; 0: not known */
	/*
	 * Of a function. The reader fills buf with at most size bytes and says
	 * how many, 0 at its end; the writer takes some of buf, at least one,
	 * and says how many. Either answers a negative errno when it fails, or
	 * -EAGAIN when fd must first become ready for *ret_poll, which is set
	 * to POLLIN (reader) or POLLOUT (writer) before the call: a TLS session
	 * that must write before it reads says POLLOUT. A writer is called with
	 * NULL and 0 when a relay passes on the end of a stream.
	 */
	int64_t (*reader)(void *context, void *buf, size_t size,
			  short *ret_poll);
	int64_t (*writer)(void *context, const void *buf, size_t size,
			  short *ret_poll);
	/*
	 * Of a function, and optional: a shorter way, as SSL_sendfile() is one.
	 * Moves at most size bytes between itself and the descriptor, from or
	 * to offset (POUR_HERE: it has none, or its own), and says how many.
	 * -EAGAIN with *ret_poll set: its own fd must become ready; with
	 * *ret_poll 0, as it is before the call: the descriptor must. -ENODATA:
	 * not the next piece (a record of kTLS that is no data), which goes by
	 * reader and writer, and then it is asked again. -EINVAL, -EOPNOTSUPP
	 * and -ENOSYS: not this pair; reader and writer go on at the same byte.
	 * Counted as POUR_BY_DIRECT.
	 */
	int64_t (*direct)(void *context, int fd, uint64_t offset, size_t size,
			  short *ret_poll);
	void *context;
	/* Of a regular file: which one it is, so that nobody has to ask; by
	 * pour_end_of() and pour_file_known(). 0: to be asked. */
	uint64_t inode;
	uint32_t device;
	uint32_t reserved;
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
/*
 * The same of what fstat() or statx() told you about it just now: which file it
 * is and, unless it is at POUR_HERE, how much there is. It is not asked again.
 */
struct pour_end pour_file_known(int fd, uint64_t offset, const struct stat *st);
/* A stream socket, or a pipe, that you know to be one: asks nobody. */
struct pour_end pour_socket(int fd);
struct pour_end pour_pipe(int fd);
/* Bytes in memory. They must stay as they are until the transfer finished. */
struct pour_end pour_memory(const void *memory, size_t size);
/*
 * Functions of yours. fd: what to poll while they wait; -1: nothing, and then
 * -EAGAIN is an answer for pour_step() only, since pour_run() could not wait.
 */
struct pour_end pour_from(int64_t (*reader)(void *context, void *buf,
					    size_t size, short *ret_poll),
			  void *context, int fd);
struct pour_end pour_to(int64_t (*writer)(void *context, const void *buf,
					  size_t size, short *ret_poll),
			void *context, int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
