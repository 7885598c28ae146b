/* SPDX-License-Identifier: MIT */
/*
 * A line of text under way: as snprintf() it counts on where it cannot write,
 * and always ends what it wrote with a zero.
 */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include <stddef.h>
#include <stdint.h>

struct line {
	char *buf;
	size_t size, len;
};

void pour_line_put(struct line *l, const char *text);
void pour_line_number(struct line *l, uint64_t number);

#endif
