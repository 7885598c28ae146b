/* SPDX-License-Identifier: MIT */
/* Some bytes inside somebody else's memory; not ended by a NUL. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct slice {
	const char *at;
	size_t len;
};

#define SLICE(literal) ((struct slice){ (literal), sizeof(literal) - 1 })

static inline struct slice slice_of(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static inline bool slice_is(struct slice s, struct slice other)
{
	return s.len == other.len && memcmp(s.at, other.at, s.len) == 0;
}

/* The same, where A to Z and a to z do not differ. */
static inline bool slice_is_word(struct slice s, struct slice other)
{
	return s.len == other.len && strncasecmp(s.at, other.at, s.len) == 0;
}

/* Without the spaces and tabs around it. */
static inline struct slice slice_trim(struct slice s)
{
	while (s.len > 0 && (*s.at == ' ' || *s.at == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* What is before the first c, or all; s keeps what follows it, or nothing. */
static inline struct slice slice_cut(struct slice *s, char c)
{
	struct slice first = { s->at, 0 };

	while (first.len < s->len && s->at[first.len] != c)
		first.len++;
	if (first.len < s->len)
		*s = (struct slice){ s->at + first.len + 1,
				     s->len - first.len - 1 };
	else
		s->len = 0;
	return first;
}

#endif
