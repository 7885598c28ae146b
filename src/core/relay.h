/* SPDX-License-Identifier: MIT */
/* What the files of a relay share. */
#ifndef CORE_RELAY_H
#define CORE_RELAY_H

#include <pour.h>
#include <stdbool.h>

/* The bound on silence has passed. moved: not silent just now. */
bool pour_relay_is_quiet(struct pour_relay *r, bool moved);
/* How long it is until then; UINT64_MAX: there is no bound. */
uint64_t pour_relay_bound_ns(const struct pour_relay *r);
/*
 * A TCP socket that nobody reads from any more, because its stream ended, and
 * nobody writes to yet: to be watched for a reset. -1: there is none.
 */
int pour_relay_lonely_fd(const struct pour_relay *r);

#endif
