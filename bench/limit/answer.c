/* SPDX-License-Identifier: MIT */
/*
 * The least that can answer for a file, to know what there is to win: no limits,
 * no dates, no conditions, no log.
 *
 *      answer canned|pread|sendfile PORT FOLDER
 *
 *      request ──► file by its name, opened at the start ──► head and body
 *
 * canned has each answer whole in memory: one send(). pread reads the body
 * behind the head each time: pread() and one send(). sendfile sends the head
 * with MSG_MORE, and the body from the descriptor. What does not go at once
 * goes when there is room. Requests are whole and come one at a time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tool.h"

enum { FILES_MAX = 16, EVENTS = 256, PIECE = 1 << 20, HEAD_MAX = 256 };

struct file {
	char name[64];
	int fd;
	size_t head_len, size; /* size: of head and body */
	char *answer;          /* canned: all of it; else the head */
};

struct client {
	int fd, last; /* last: it closes after this answer */
	const struct file *file;
	size_t sent;
};

static struct file files[FILES_MAX];
static unsigned n_files;
static int epoll;
static ssize_t (*send_some)(struct client *c);

/* ── Files ── */

static void keep(int folder, const char *name, int whole)
{
	struct file *f = &files[n_files];
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    n_files == FILES_MAX || strlen(name) >= sizeof(f->name))
		return;
	n_files++;
	(void)strcpy(f->name, name);
	f->fd = fd;
	f->answer = malloc(HEAD_MAX + (whole ? (size_t)st.st_size : 0));
	if (f->answer == NULL)
		die("malloc");
	f->head_len = (size_t)snprintf(
		f->answer, HEAD_MAX,
		"HTTP/1.1 200 OK\r\nServer: answer\r\n"
		"Content-Type: application/octet-stream\r\n"
		"Last-Modified: Sat, 21 Nov 2026 19:40:02 GMT\r\n"
		"Content-Length: %lld\r\n\r\n",
		(long long)st.st_size);
	f->size = f->head_len + (size_t)st.st_size;
	if (whole && pread(fd, f->answer + f->head_len, (size_t)st.st_size,
			   0) != st.st_size)
		die(name);
}

static void keep_all(const char *folder, int whole)
{
	DIR *d = opendir(folder);
	const struct dirent *e;

	if (d == NULL)
		die(folder);
	while ((e = readdir(d)) != NULL)
		keep(dirfd(d), e->d_name, whole);
	(void)closedir(d);
}

static const struct file *find(const char *request)
{
	for (unsigned i = 0; i < n_files; i++) {
		size_t len = strlen(files[i].name);

		if (memcmp(request + 5, files[i].name, len) == 0 &&
		    request[5 + len] == ' ')
			return &files[i];
	}
	die("a request for what is not there");
}

/* ── Three ways to send ── */

static ssize_t by_memory(struct client *c)
{
	return send(c->fd, c->file->answer + c->sent, c->file->size - c->sent,
		    MSG_NOSIGNAL);
}

static ssize_t by_pread(struct client *c)
{
	static char buffer[HEAD_MAX + PIECE];
	const struct file *f = c->file;
	size_t head = c->sent < f->head_len ? f->head_len - c->sent : 0;
	ssize_t n = pread(f->fd, buffer + head, PIECE,
			  (off_t)(c->sent + head - f->head_len));

	if (n < 0)
		die(f->name);
	(void)memcpy(buffer, f->answer + f->head_len - head, head);
	return send(c->fd, buffer, head + (size_t)n, MSG_NOSIGNAL);
}

static ssize_t by_sendfile(struct client *c)
{
	const struct file *f = c->file;
	off_t at = (off_t)(c->sent - f->head_len);

	if (c->sent < f->head_len)
		return send(c->fd, f->answer + c->sent, f->head_len - c->sent,
			    MSG_NOSIGNAL | MSG_MORE);
	return sendfile(c->fd, f->fd, &at, f->size - c->sent);
}

/* ── Connections ── */

static void hang_up(struct client *c)
{
	(void)close(c->fd);
	free(c);
}

/* Until it is sent, or there is no room. */
static void send_on(struct client *c, int was_waiting)
{
	while (c->sent < c->file->size) {
		ssize_t n = send_some(c);

		if (n <= 0 && errno != EAGAIN)
			return hang_up(c);
		if (n <= 0) {
			if (!was_waiting)
				tool_rewatch(epoll, c->fd, EPOLLOUT, c);
			return;
		}
		c->sent += (size_t)n;
	}
	if (c->last)
		return hang_up(c);
	if (was_waiting)
		tool_rewatch(epoll, c->fd, EPOLLIN, c);
}

static void read_request(struct client *c)
{
	char request[1024];
	ssize_t n = recv(c->fd, request, sizeof(request) - 1, 0);

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			hang_up(c);
		return;
	}
	request[n] = '\0';
	c->file = find(request);
	c->last = strstr(request, "Connection: close") != NULL;
	c->sent = 0;
	send_on(c, 0);
}

static void accept_all(int listener)
{
	int fd;

	while ((fd = tool_accept(listener)) >= 0) {
		struct client *c = calloc(1, sizeof(*c));

		if (c == NULL)
			die("calloc");
		c->fd = fd;
		tool_watch(epoll, fd, EPOLLIN, c);
	}
}

static _Noreturn void run(int listener)
{
	struct epoll_event events[EVENTS];

	epoll = epoll_create1(EPOLL_CLOEXEC);
	tool_watch(epoll, listener, EPOLLIN, NULL);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;

			if (c == NULL)
				accept_all(listener);
			else if (events[i].events & EPOLLOUT)
				send_on(c, 1);
			else
				read_request(c);
		}
	}
}

int main(int argc, char **argv)
{
	const char *way = argc == 4 ? argv[1] : "";

	if (strcmp(way, "canned") == 0)
		send_some = by_memory;
	else if (strcmp(way, "pread") == 0)
		send_some = by_pread;
	else if (strcmp(way, "sendfile") == 0)
		send_some = by_sendfile;
	if (send_some == NULL) {
		(void)fprintf(stderr, "usage: answer canned|pread|sendfile "
				      "PORT FOLDER\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	keep_all(argv[3], send_some == by_memory);
	run(tool_listen((uint16_t)atoi(argv[2])));
}
