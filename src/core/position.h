/* SPDX-License-Identifier: MIT */
/*
 * Where a file stands, for calls that know no position of their own: asked of
 * the kernel for an end at POUR_HERE, and moved on behind the call.
 */
#ifndef CORE_POSITION_H
#define CORE_POSITION_H

#include <pour.h>

/* The offset of the next byte, or -errno. */
int64_t pour_src_position(const struct pour *p);
int64_t pour_dst_position(const struct pour *p);
/* n bytes were read, written, without the position: it follows. */
void pour_src_follow(const struct pour *p, int64_t n);
void pour_dst_follow(const struct pour *p, int64_t n);

#endif
