/* SPDX-License-Identifier: MIT */
/*
 * Full segments only, for large bodies. With TCP_NODELAY alone each
 * acknowledgement that comes in while one leaves pushes out what there is at
 * that moment.
 */
#ifndef NET_CORK_H
#define NET_CORK_H

#include <stdbool.h>

/*
 * Holds back segments that are not full (TCP_CORK, tcp(7)), or lets them go.
 * Of no effect on a unix socket.
 */
void cork_set(int fd, bool on);
/*
 * Whether a large body is cheaper with it. As measured (docs/performance.md):
 * by a fifth under reno, where under bbr it is dearer by a tenth.
 */
bool cork_pays(int fd);

#endif
