/* SPDX-License-Identifier: MIT */
/* The one way to read from a source, and to write to a destination, of any
 * kind, by way of memory. */
#ifndef CORE_IO_H
#define CORE_IO_H

#include <pour.h>
#include <stdbool.h>

/* At most len bytes from where the source stands: how many, 0 at its end. */
int64_t pour_io_read(struct pour *p, void *buf, uint64_t len);
/* What a function says that was asked for len bytes; nonsense: -EOVERFLOW. */
int64_t pour_io_believed(int64_t n, uint64_t len);
/* Some of len bytes to where the destination stands; more: more follows. */
int64_t pour_io_write(struct pour *p, const void *buf, uint64_t len, bool more);

#endif
