/* SPDX-License-Identifier: MIT */
/*
 * Loops as one writes them by hand, without a library: each moves so many bytes
 * from src to dst, both at their own position, and ends the program when it
 * cannot.
 */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stdint.h>

enum { LOOP_SIZE = 256 * 1024 }; /* of buffers and pipes */

void loop_sendfile(int dst, int src, uint64_t bytes);
void loop_pipe(int dst, int src, uint64_t bytes);
void loop_copy(int dst, int src, uint64_t bytes);
void loop_range(int dst, int src, uint64_t bytes);

#endif
