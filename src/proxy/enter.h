/* SPDX-License-Identifier: MIT */
/*
 * Who of those that come in may stay. Who may not is closed at once: there is
 * no word for it that every protocol knows.
 *
 *      accept ─► room? ─► limits? ─► talk
 *                  └ no descriptors: the reserve takes one in, to be closed,
 *                    and nobody is accepted for a while
 */
#ifndef PROXY_ENTER_H
#define PROXY_ENTER_H

#include "net/limits.h"

struct door;
struct lane;

/* For the lane's door. */
int enter_one(struct door *d, int listener);
/* Says it, once a second at most. */
void enter_say(struct lane *l, enum limits_entry why);

#endif
