/* SPDX-License-Identifier: MIT */
/* Formatted pieces of a text, of at most 511 bytes each. */
#ifndef BENCH_PUT_H
#define BENCH_PUT_H

#include "base/text.h"

__attribute__((format(printf, 2, 3))) void put(struct text *t,
					       const char *format, ...);
/* "64 KiB", "1 MiB", "1000 B": exactly, in the largest unit that fits. */
void put_size(struct text *t, uint64_t bytes);

#endif
