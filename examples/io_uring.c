/* SPDX-License-Identifier: MIT */
/* io_uring PORT FILE - sends a file to whoever connects, under a ring. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct client {
	struct pour pour;
	int fd;
};

static void advance(struct io_uring *ring, struct client *c)
{
	char line[256];

	if (pour_step(&c->pour) > 0) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

		io_uring_prep_poll_add(sqe, c->fd, POLLOUT);
		return io_uring_sqe_set_data(sqe, c);
	}
	pour_explain(pour_account(&c->pour), line, sizeof(line));
	puts(line);
	close(c->fd);
	pour_finish(&c->pour);
	free(c);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { AF_INET,
				 .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct io_uring_cqe *cqe;
	struct io_uring ring;

	a.sin_port = htons(argc == 3 ? (uint16_t)atoi(argv[1]) : 0);
	if (file < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(s, 64) < 0 || io_uring_queue_init(256, &ring, 0) < 0)
		return perror(argv[0]), 1;
	io_uring_prep_multishot_accept(io_uring_get_sqe(&ring), s, NULL, NULL,
				       SOCK_NONBLOCK);
	while (io_uring_submit(&ring) >= 0 && !io_uring_wait_cqe(&ring, &cqe)) {
		struct client *c = io_uring_cqe_get_data(cqe);

		if (c == NULL && (c = calloc(1, sizeof(*c))) != NULL) {
			c->fd = cqe->res;
			pour_begin(&c->pour, pour_socket(c->fd),
				   pour_file_at(file, 0), POUR_ALL, NULL);
		}
		io_uring_cqe_seen(&ring, cqe);
		advance(&ring, c);
	}
}
