/* SPDX-License-Identifier: MIT */
/* What is known of an end, and what has to be asked. */
#ifndef CORE_END_H
#define CORE_END_H

#include <pour.h>
#include <stdbool.h>

/* Asks which file it is and how much there is; keeps it, of a regular file.
 * 0 or -errno. */
int pour_end_ask(struct pour_end *e);

/* Both are known, and they are two. */
static inline bool pour_are_apart(const struct pour_end *a,
				  const struct pour_end *b)
{
	return a->inode != 0 && b->inode != 0 &&
	       (a->inode != b->inode || a->device != b->device);
}

/* A file system that is no disk's: its number says nothing about another's. */
static inline bool pour_is_anonymous(uint32_t device)
{
	return device >> 20 == 0;
}

#endif
