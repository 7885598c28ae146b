/* SPDX-License-Identifier: MIT */
/*
 * What the small programs here share: how they give up, what time it is, and
 * how they reach a port of this machine.
 */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdint.h>

_Noreturn void die(const char *what);

/* CLOCK_MONOTONIC, in seconds. */
double tool_now(void);
/* A connected socket without Nagle's delay; blocking. Dies if refused. */
int tool_dial(uint16_t port);
/* Listens on 127.0.0.1. */
int tool_listen(uint16_t port);
/* -1: nobody is waiting. Without Nagle's delay, not blocking. */
int tool_accept(int listener);
void tool_no_block(int fd);
/* Watches fd; or watches it for something else. */
void tool_watch(int epoll, int fd, uint32_t events, void *context);
void tool_rewatch(int epoll, int fd, uint32_t events, void *context);

#endif
