/* SPDX-License-Identifier: MIT */
/* libuv PORT FILE - sends a file to whoever connects, under libuv. */
#include <fcntl.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

struct client {
	uv_poll_t watch; /* first: libuv hands this pointer out */
	struct pour pour;
	int fd;
};

static int file, listener;

/* Writable, and still writable when its budget was spent. */
static void ready(uv_poll_t *watch, int status, int events)
{
	struct client *c = (struct client *)watch;
	char line[256];

	if (status == 0 && events != 0 && pour_step(&c->pour) > 0)
		return;
	pour_explain(pour_account(&c->pour), line, sizeof(line));
	puts(line);
	pour_finish(&c->pour);
	uv_poll_stop(watch);
	close(c->fd);
	uv_close((uv_handle_t *)watch, (uv_close_cb)free);
}

static void connected(uv_poll_t *watch, int status, int events)
{
	struct client *c = malloc(sizeof(*c));

	if (c == NULL || status < 0 || events == 0)
		return free(c);
	c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	pour_begin(&c->pour, pour_socket(c->fd), pour_file_at(file, 0),
		   POUR_ALL, NULL);
	uv_poll_init(watch->loop, &c->watch, c->fd);
	uv_poll_start(&c->watch, UV_WRITABLE, ready);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a;
	uv_poll_t watch;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	if (file < 0 || uv_ip4_addr("127.0.0.1", atoi(argv[1]), &a) < 0 ||
	    bind(listener, (void *)&a, sizeof(a)) < 0 || listen(listener, 64))
		return perror(argv[0]), 1;
	uv_poll_init(uv_default_loop(), &watch, listener);
	uv_poll_start(&watch, UV_READABLE, connected);
	return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
