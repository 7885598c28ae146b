/* SPDX-License-Identifier: MIT */
/* Formatted pieces: see put.h. */
#include "bench/put.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"

enum { PIECE_SIZE = 512, UNIT = 1024 };

void put(struct text *t, const char *format, ...)
{
	char piece[PIECE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	text_str(t, piece);
}

void put_size(struct text *t, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB" };
	size_t unit = 0;

	while (bytes >= UNIT && bytes % UNIT == 0 &&
	       unit + 1 < ARRAY_SIZE(units)) {
		bytes /= UNIT;
		unit++;
	}
	put(t, "%llu %s", (unsigned long long)bytes, units[unit]);
}
