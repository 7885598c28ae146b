/* SPDX-License-Identifier: MIT */
/* What every floor needs of the language: no policy, no state. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stddef.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define MIN(a, b)                                                              \
	({                                                                     \
		__typeof__(a) min_a_ = (a);                                    \
		__typeof__(b) min_b_ = (b);                                    \
		min_a_ < min_b_ ? min_a_ : min_b_;                             \
	})

#define MAX(a, b)                                                              \
	({                                                                     \
		__typeof__(a) max_a_ = (a);                                    \
		__typeof__(b) max_b_ = (b);                                    \
		max_a_ > max_b_ ? max_a_ : max_b_;                             \
	})

/* auto_close int fd = -1; closes it at the end of the block. */
static inline void base_close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

#define auto_close __attribute__((cleanup(base_close_fd)))

/* Hands the descriptor on: the auto_close variable keeps -1. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
