/* SPDX-License-Identifier: MIT */
/*
 * Telling whoever started this program how it is (sd_notify(3)):
 *
 *      READY=1 ──► RELOADING=1 ──► READY=1 ──► STOPPING=1
 *
 * Where nobody asked (no NOTIFY_SOCKET), nothing is said.
 */
#ifndef NET_NOTIFY_H
#define NET_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	struct sockaddr_un to;
	socklen_t len; /* 0: nobody asked */
};

/* Whom to tell. The variable is gone afterwards. */
void notify_init(struct notify *n);
/* Lines such as "READY=1\nSTATUS=serving". What cannot be sent is not. */
void notify_say(const struct notify *n, const char *lines);
/* That it reads its configuration again, since now. */
void notify_reloading(const struct notify *n);

#endif
