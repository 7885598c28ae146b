/* SPDX-License-Identifier: MIT */
/*
 * Where connections come in: the listeners of one thread, new connections in
 * bounded portions, and none for a while when descriptors have run out.
 *
 *      ready ──► admit, at most so many times ──► whoever takes them in
 *                  └ no descriptors left: nobody listens for 100 ms
 */
#ifndef NET_DOOR_H
#define NET_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "net/timer.h"

struct addr;
struct door;
struct loop;

/*
 * Takes in one connection of that listener, by door_accept(). 0, -EAGAIN:
 * nobody waits, -EMFILE or the like: nobody can be taken in now.
 */
typedef int door_admit(struct door *d, int listener);

struct door {
	struct loop *loop;
	door_admit *admit;
	struct list listeners;
	struct timer_queue late;
	struct timer again; /* while it is shut */
	int reserve_fd;     /* given up when there is no other */
	bool closing;       /* it is not shut any more */
};

void door_init(struct door *d, struct loop *loop, door_admit *admit);
/* Closes the listeners and gives the reserve up. */
void door_done(struct door *d);

/*
 * Watches one more listening descriptor, which is the door's when it answers 0;
 * id is the address's that it listens on.
 */
int door_add(struct door *d, uint32_t id, int fd);
/* Takes what is queued for all but those ids, then closes their listeners. */
void door_keep(struct door *d, const uint32_t ids[], uint32_t n);
/* The same for all. */
void door_last(struct door *d);
/* Closes the listeners. */
void door_close(struct door *d);

/*
 * Gives the reserve up to let in one who would wait for who knows how long, so
 * that he can be told. Another thread may be quicker to use what is set free:
 * then nobody comes in, -errno. When he is gone: door_keep_reserve().
 */
int door_by_reserve(struct door *d, int listener);
void door_keep_reserve(struct door *d);

#endif
