/* SPDX-License-Identifier: MIT */
/*
 * What was learned about this system, kept in the pool: which calls do not
 * exist here. ENOSYS or EPERM of one transfer says nothing yet (a seccomp
 * filter, an immutable file); the call with bad descriptors does: EBADF means
 * that it exists.
 */
#ifndef CORE_LEARN_H
#define CORE_LEARN_H

#include <pour.h>

/* The method in use was left for that negative errno. */
void pour_learn(struct pour *p, int64_t error);
/* 1 << method of those that this system is known to lack. */
uint32_t pour_lacking(const struct pour *p);

#endif
