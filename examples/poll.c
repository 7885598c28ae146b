/* SPDX-License-Identifier: MIT */
/* poll PORT FILE - sends a file to whoever connects, under poll(). */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CLIENTS = 64 };

static struct pour pours[CLIENTS];
static struct pollfd fds[CLIENTS + 1]; /* the last one listens */

static void advance(int i)
{
	char line[256];

	/* Writable, and still writable when its budget was spent. */
	if (pour_step(&pours[i]) > 0)
		return;
	pour_explain(pour_account(&pours[i]), line, sizeof(line));
	puts(line);
	pour_finish(&pours[i]);
	close(fds[i].fd);
	fds[i].fd = -1; /* poll() passes it by */
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[1]) : 0);
	if (file < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(s, CLIENTS) < 0)
		return perror(argv[0]), 1;
	fds[CLIENTS] = (struct pollfd){ .fd = s, .events = POLLIN };
	for (int i = 0; i < CLIENTS; i++)
		fds[i].fd = -1;
	while (poll(fds, CLIENTS + 1, -1) > 0) {
		for (int i = 0; i < CLIENTS; i++) {
			if (fds[i].fd >= 0 && fds[i].revents != 0)
				advance(i);
			if (fds[i].fd >= 0 || fds[CLIENTS].revents == 0)
				continue;
			fds[CLIENTS].revents = 0;
			fds[i].fd = accept4(s, NULL, NULL, SOCK_NONBLOCK);
			fds[i].events = POLLOUT;
			pour_begin(&pours[i], pour_socket(fds[i].fd),
				   pour_file_at(file, 0), POUR_ALL, NULL);
		}
	}
}
