/* SPDX-License-Identifier: MIT */
/* Lines in, and what comes out. */
#ifndef TESTS_NET_LINES_H
#define TESTS_NET_LINES_H

#include <stdlib.h>
#include <unistd.h>

#include "net/log.h"
#include "test.h"

static inline struct log_lines *lines_of(struct log *log)
{
	struct log_lines *l = malloc(sizeof(*l));

	assert_non_null(l);
	log_lines_init(l, log);
	return l;
}

/* Whether there was room for it. */
static inline bool add(struct log_lines *l, const char *line)
{
	struct text *t = log_begin(l);

	if (t == NULL)
		return false;
	text_str(t, line);
	log_end(l);
	return true;
}

/* What there is to read, as a string; -EAGAIN counts as the end. */
static inline size_t read_all(int fd, char *ret, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, ret + len, size - 1 - len)) > 0)
		len += (size_t)n;
	ret[len] = '\0';
	return len;
}

#endif
