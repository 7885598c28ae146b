/* SPDX-License-Identifier: MIT */
/* Bytes as people write them: "PING\\r\\n", "\\x00". */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stddef.h>
#include <sys/types.h>

/* How many bytes it is; -EINVAL: an escape that is none; -E2BIG: more. */
ssize_t escape_read(const char *text, char *ret, size_t size);

#endif
