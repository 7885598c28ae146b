/* SPDX-License-Identifier: MIT */
/*
 * Where it is measured: which CPUs, which network, how far apart.
 *
 *      CPU a: who moves ◄── cache line, to and fro ──► CPU b: everybody else
 *
 * Virtual CPUs are moved about by their host, between cores that share a cache
 * and cores that do not. It changes every figure by up to a factor of three,
 * so it is looked at before and after each sample.
 */
#ifndef BENCH_PLACE_H
#define BENCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* The first two CPUs of those that are allowed; the same one twice. */
int place_cpus(unsigned ret[2]);
/* This thread runs there from now on. */
void place_on(unsigned cpu);
/* A network namespace of its own, lo up; before there are threads. 0, -errno */
int place_network(void);
/* Nanoseconds in which a line goes from a to b; 0: they are one. */
uint32_t place_distance(const unsigned cpus[2]);

/*
 * A pair of connected TCP sockets under that congestion control, which do not
 * wait for more (TCP_NODELAY). 0 or -errno.
 */
int place_connect(int ret[2], const char *congestion);

#endif
