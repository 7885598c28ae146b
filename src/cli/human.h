/* SPDX-License-Identifier: MIT */
/* Numbers as people read them. */
#ifndef CLI_HUMAN_H
#define CLI_HUMAN_H

#include <stdint.h>

enum { HUMAN_SIZE = 16 };

/* Three digits and a unit: "0 B", "9.77 KiB", "312 MiB", "1.20 TiB". */
void human_bytes(uint64_t bytes, char ret[HUMAN_SIZE]);
/* "0:07", "12:40", "3:00:00"; from a hundred hours on "100h". */
void human_time(uint64_t seconds, char ret[HUMAN_SIZE]);
/* bytes a second, without an overflow on the way. */
uint64_t human_rate(uint64_t bytes, uint64_t ns);

#endif
