/* SPDX-License-Identifier: MIT */
/*
 * Every system call of the floor. Each answers >= 0, or -errno; errno itself
 * is read nowhere else. Tests link tests/core/fake_sys.c in place of sys.c,
 * and so can make the n-th call fail, or fall short.
 */
#ifndef CORE_SYS_H
#define CORE_SYS_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

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
int64_t pour_sys_copy_range(int in, uint64_t in_offset, int out,
			    uint64_t out_offset, size_t len);

/* Both ends O_NONBLOCK and O_CLOEXEC. */
int pour_sys_pipe(int ret[2]);
/* Asks for a size; the size that the pipe has then. */
int64_t pour_sys_pipe_size(int fd, uint32_t want);
/* Bytes that wait in a pipe or socket. */
int64_t pour_sys_waiting(int fd);
int pour_sys_close(int fd);

int pour_sys_stat(int fd, struct stat *ret);
/* The descriptor's file position; does not move it. */
int64_t pour_sys_position(int fd);
/* The file system's magic number (statfs.f_type). */
int64_t pour_sys_fs_type(int fd);
/* SO_TYPE. */
int pour_sys_sock_type(int fd);
int pour_sys_poll(struct pollfd *fds, unsigned n, int timeout_ms);

int pour_sys_sigmask(int how, const sigset_t *set, sigset_t *ret_old);
int pour_sys_sigpending(sigset_t *ret);
/* Takes one pending signal of the set without waiting: its number. */
int pour_sys_sigtake(const sigset_t *set);

#endif
