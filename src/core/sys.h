/* SPDX-License-Identifier: MIT */
/*
 * Every system call of the floor. Each answers >= 0, or -errno; errno itself
 * is read nowhere else. sys.c moves bytes, sys_ask.c asks and sets. Tests link
 * tests/core/fake_sys.c in their place, and so can make the n-th call fail, or
 * fall short.
 */
#ifndef CORE_SYS_H
#define CORE_SYS_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* ── sys.c: bytes ── */

/* An offset of POUR_HERE means the descriptor's own position. */
int64_t pour_sys_read(int fd, void *buf, size_t len, uint64_t offset);
int64_t pour_sys_write(int fd, const void *buf, size_t len, uint64_t offset);
/* flags: MSG_MORE, MSG_PEEK; MSG_NOSIGNAL is added to every send. */
int64_t pour_sys_send(int fd, const void *buf, size_t len, int flags);
int64_t pour_sys_recv(int fd, void *buf, size_t len, int flags);
int64_t pour_sys_sendfile(int out, int in, uint64_t offset, size_t len);
/*
 * Always SPLICE_F_NONBLOCK (a pipe may be blocking), never SPLICE_F_MORE (on a
 * last piece it costs 200 ms).
 */
int64_t pour_sys_splice(int in, uint64_t in_offset, int out,
			uint64_t out_offset, size_t len);
/* The same from a pipe to a socket that gets more at once. */
int64_t pour_sys_splice_more(int in, int out, size_t len);
int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len);
/* Pipe to pipe, without taking; always SPLICE_F_NONBLOCK. */
int64_t pour_sys_tee(int in, int out, size_t len);
/* Memory to pipe, by reference; always SPLICE_F_NONBLOCK. */
int64_t pour_sys_vmsplice(int out, const void *buf, size_t len);
/* FICLONERANGE: all of len, or an error. Never with a length of 0, which would
 * mean "to the end". */
int64_t pour_sys_clone(int in, uint64_t in_offset, int out, uint64_t out_offset,
		       size_t len);
/* pread() that answers -EAGAIN rather than wait for the disk. */
int64_t pour_sys_read_cached(int fd, void *buf, size_t len, uint64_t offset);

/* ── sys_ask.c: the rest ── */

/* Both ends O_NONBLOCK and O_CLOEXEC. */
int pour_sys_pipe(int ret[2]);
/* Asks for a size; the size that the pipe has then. */
int64_t pour_sys_pipe_size(int fd, uint32_t want);
/* Bytes that wait in a pipe or socket. */
int64_t pour_sys_waiting(int fd);
/* Bytes that a socket was given and its peer has not acknowledged. */
int64_t pour_sys_unsent(int fd);
/* Bytes that the peer of a TCP socket has acknowledged, the last of them so long
 * ago; -errno, and nothing is set: not TCP. */
int64_t pour_sys_acked(int fd, uint64_t *ret_ago_ns);
int pour_sys_close(int fd);

int pour_sys_stat(int fd, struct stat *ret);
/* lseek(): with SEEK_CUR and 0, where the descriptor's file position is. */
int64_t pour_sys_seek(int fd, int64_t offset, int whence);
/* The same file once more, with a position of its own, for reading. */
int pour_sys_reopen(int fd);
/* Makes a hole that does not change the size. */
int pour_sys_punch(int fd, uint64_t offset, uint64_t len);
int pour_sys_truncate(int fd, uint64_t size);
/* A window of a file, read only; ret is set only when it answers 0. */
int pour_sys_map(int fd, uint64_t offset, size_t len, void **ret);
void pour_sys_unmap(void *map, size_t len);
/* Pages of a range of a file that are not in memory (cachestat, Linux 6.5). */
int64_t pour_sys_missing(int fd, uint64_t offset, uint64_t len);
/* The file system's magic number (statfs.f_type). */
int64_t pour_sys_fs_type(int fd);
/* Its block size, to which clones are aligned. */
int64_t pour_sys_fs_block(int fd);
/* fcntl(F_GETFL), fcntl(F_GET_SEALS). */
int pour_sys_flags(int fd);
int pour_sys_seals(int fd);
/* An option of a socket that is an int, at level SOL_SOCKET. */
int pour_sys_sockopt(int fd, int name);
/* SO_RCVTIMEO or SO_SNDTIMEO: whether one is set. */
bool pour_sys_has_timeout(int fd, int name);
/* Its close() sends a reset. */
int pour_sys_linger_none(int fd);
int pour_sys_shutdown_write(int fd);
/*
 * One answer about MSG_ZEROCOPY: sends first to last, inclusive, are done.
 * 1: got one, 0: none is there.
 */
struct pour_sys_ack {
	uint32_t first, last;
	bool copied;
};
int pour_sys_ack(int fd, struct pour_sys_ack *ret);
/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t pour_sys_now(void);
int pour_sys_poll(struct pollfd *fds, unsigned n, int timeout_ms);

int pour_sys_sigmask(int how, const sigset_t *set, sigset_t *ret_old);
int pour_sys_sigpending(sigset_t *ret);
/* Takes one pending signal of the set without waiting: its number. */
int pour_sys_sigtake(const sigset_t *set);

#endif
