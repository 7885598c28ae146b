/* SPDX-License-Identifier: MIT */
/*
 * The bytes that are moved: every transfer carries the same ones from its
 * first on, and their period is a prime, so that a byte that is lost, doubled
 * or out of order shows.
 */
#ifndef BENCH_PATTERN_H
#define BENCH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PATTERN_CHUNK = 256 * 1024 };

/* Fills it in; once, before there are threads. */
void pattern_begin(void);
/* PATTERN_CHUNK bytes as they stand at that offset. */
const char *pattern_at(uint64_t offset);
/* Whether these n bytes are those that stand there. */
bool pattern_is(uint64_t offset, const char *bytes, size_t n);
/* Writes n bytes from offset 0 on into memory, or into a file. 0 or -errno. */
void pattern_fill(char *memory, uint64_t n);
int pattern_write(int fd, uint64_t n);
/* Compares a file from its beginning. 0, -EILSEQ: others; or -errno. */
int pattern_check(int fd, uint64_t n);

#endif
