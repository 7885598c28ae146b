/* SPDX-License-Identifier: MIT */
/* Sockets with the options that this house wants; all are non-blocking. */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"

/*
 * Opens n listening sockets, one a thread, for the address; with port 0 all
 * get the port that the first one got. A port in use is found out by binding
 * without SO_REUSEPORT first. A unix socket is one socket for all threads
 * (every fds[i] is a duplicate of it); a stale one in the way is replaced only
 * when nobody answers on it. 0 or -errno (-EADDRINUSE, -EACCES, …) with
 * nothing left open; *a is the address as bound.
 */
int sock_listen(struct addr *a, int fds[], uint32_t n);
/*
 * The same beside sockets of sock_listen() that this program has at an address
 * that is in this one, or that this one is in, such as *:80 and 127.0.0.1:80;
 * a port that is not 0. Others that are in the way are not always found.
 */
int sock_listen_beside(const struct addr *a, int fds[], uint32_t n);
/*
 * Removes what sock_listen() left in the file system, the file of a unix
 * socket; before the last listener is closed. Safe on any address.
 */
void sock_unlink(const struct addr *a);
/*
 * Takes one connection; *ret_peer may be NULL. The descriptor, or -errno:
 * -EAGAIN: none waits. Errors of the connection itself (ECONNABORTED and the
 * like, accept(2)) are passed over. TCP_NODELAY is set on TCP.
 */
int sock_accept(int listener, struct addr *ret_peer);
/*
 * How many wait to be accepted; -errno: it is no TCP, and nobody knows. Much
 * cheaper than an accept4() in vain, which makes a socket and drops it.
 */
int sock_queued(int listener);
/*
 * The close that follows is a reset: for what must not look complete. Of no
 * effect on a unix socket.
 */
void sock_spoil(int fd);
/*
 * Begins to connect; TCP_NODELAY is set on TCP. 0: it is connected, as this
 * machine's loopback is at once; -EINPROGRESS: writable will say that
 * sock_error() knows what came of it; with both *ret_fd is open. Any other
 * -errno: it is -1. A unix socket whose queue is full just now is -EAGAIN.
 */
int sock_dial(const struct addr *to, int *ret_fd);
/*
 * The same from the address of another (IP_TRANSPARENT, ip(7)), at a port that
 * the kernel picks, if both are of one family; as sock_dial() otherwise.
 */
int sock_dial_as(const struct addr *from, const struct addr *to, int *ret_fd);
/* Whether this process may: 0, -EPERM, or why else not. */
int sock_may_dial_as(void);
/* What the socket's connect or its peer has failed with: 0 or -errno. */
int sock_error(int fd);
/* A peer that is gone without a word is found out in the end. */
void sock_keepalive(int fd);
/*
 * What accepted sockets inherit, which is a call less for each: TCP_NODELAY and
 * SOCK_READY_BYTES. Those of sock_listen() have it. Of no effect on a unix
 * socket.
 */
void sock_set_heirs(int listener);
/*
 * How many bytes may lie ready to be sent, beside those on their way; 0: as
 * many as the kernel likes.
 */
enum { SOCK_READY_BYTES = 128 * 1024 };
void sock_ready_bytes(int fd, uint32_t bytes);
/* Soft RLIMIT_NOFILE up to the hard one; how many there may be then. */
uint64_t sock_raise_fd_limit(void);

#endif
