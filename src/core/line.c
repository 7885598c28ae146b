/* SPDX-License-Identifier: MIT */
/* Text without stdio: see line.h. */
#include "core/line.h"

static void put_byte(struct line *l, char byte)
{
	if (l->len + 1 < l->size) {
		l->buf[l->len] = byte;
		l->buf[l->len + 1] = '\0';
	}
	l->len++;
}

void pour_line_put(struct line *l, const char *text)
{
	for (; *text != '\0'; text++)
		put_byte(l, *text);
}

void pour_line_number(struct line *l, uint64_t number)
{
	char digits[24];
	size_t n = sizeof(digits);

	digits[--n] = '\0';
	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	pour_line_put(l, digits + n);
}
