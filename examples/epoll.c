/* SPDX-License-Identifier: MIT */
/* epoll PORT FILE - sends a file to whoever connects, under epoll. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct client {
	struct pour pour;
	int fd;
};

/* From a file it wants the socket writable, or its budget is spent: either way
 * EPOLLOUT, which stays armed, comes round again in the next turn. */
static void advance(struct client *c)
{
	char line[256];

	if (pour_step(&c->pour) > 0)
		return;
	pour_explain(pour_account(&c->pour), line, sizeof(line));
	puts(line);
	pour_finish(&c->pour);
	close(c->fd);
	free(c);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	int loop = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };
	struct pour_opts opts = { .pool = NULL };

	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[1]) : 0);
	if (file < 0 || bind(listener, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(listener, 64) < 0 || pour_pool_new(&opts.pool, 0, 0) < 0)
		return perror(argv[0]), 1;
	epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
	while (epoll_wait(loop, &event, 1, -1) == 1) {
		struct client *c = event.data.ptr;

		if (c == NULL && (c = calloc(1, sizeof(*c))) != NULL) {
			c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			pour_begin(&c->pour, pour_socket(c->fd),
				   pour_file_at(file, 0), POUR_ALL, &opts);
			event.events = EPOLLOUT;
			event.data.ptr = c;
			epoll_ctl(loop, EPOLL_CTL_ADD, c->fd, &event);
		} else if (c != NULL) {
			advance(c);
		}
	}
}
