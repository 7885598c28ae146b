/* SPDX-License-Identifier: MIT */
/* Segments that are full: see cork.h. */
#include "net/cork.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

/* TCP_CA_NAME_MAX of the kernel, which the C library does not have. */
enum { CONTROL_SIZE = 16 };

void cork_set(int fd, bool on)
{
	const int value = on;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

bool cork_pays(int fd)
{
	char control[CONTROL_SIZE] = "";
	socklen_t len = sizeof(control);

	if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control, &len) < 0)
		return false; /* no TCP */
	return strncmp(control, "bbr", strlen("bbr")) != 0;
}
