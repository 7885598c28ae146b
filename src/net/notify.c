/* SPDX-License-Identifier: MIT */
/* Datagrams to the socket that NOTIFY_SOCKET names: see notify.h. */
#include "net/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"

void notify_init(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;

	*n = (struct notify){ .to.sun_family = AF_UNIX };
	/* Its length ends an abstract name, a NUL another one. */
	if (len > 1 && len < sizeof(n->to.sun_path) &&
	    (path[0] == '/' || path[0] == '@')) {
		memcpy(n->to.sun_path, path, len);
		if (path[0] == '@')
			n->to.sun_path[0] = '\0';
		n->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     len + (path[0] == '/'));
	}
	(void)unsetenv("NOTIFY_SOCKET");
}

void notify_say(const struct notify *n, const char *lines)
{
	auto_close int fd = -1;

	if (n->len == 0)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL,
			     (const struct sockaddr *)&n->to, n->len);
}

void notify_reloading(const struct notify *n)
{
	char lines[80];
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	(void)snprintf(lines, sizeof(lines),
		       "RELOADING=1\nMONOTONIC_USEC=%lld%06ld",
		       (long long)t.tv_sec, t.tv_nsec / 1000);
	notify_say(n, lines);
}
