/* SPDX-License-Identifier: MIT */
/* A server and its clients within one test. */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/base.h"
#include "net/addr.h"
#include "test.h"

struct server *server_new(void)
{
	struct server *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	tree_init(&s->tree);
	s->log_fd = memfd_create("log", MFD_CLOEXEC);
	assert_true(s->log_fd >= 0);
	s->site.root = s->tree.path;
	s->opts.sites = &s->site;
	s->opts.n_sites = 1;
	s->opts.threads = 1;
	s->opts.log_fd = s->log_fd;
	return s;
}

void server_open(struct server *s)
{
	char error[SERVE_ERROR_SIZE] = "";
	const char *why;

	assert_int_equal(addr_parse("127.0.0.1:0", s->any, &why), 1);
	s->opts.listen = s->any;
	s->opts.n_listen = 1;
	if (serve_new(&s->serve, &s->opts, error) < 0)
		fail_msg("%s", error);
}

void server_go(struct server *s)
{
	assert_int_equal(serve_start(s->serve), 0);
}

void server_reload(struct server *s)
{
	char error[SERVE_ERROR_SIZE] = "";

	if (serve_reload(s->serve, &s->opts, error) < 0)
		fail_msg("%s", error);
}

void server_start(struct server *s)
{
	server_open(s);
	server_go(s);
}

void server_join(struct server *s)
{
	ssize_t n;

	s->result = serve_join(s->serve);
	n = pread(s->log_fd, s->log, sizeof(s->log) - 1, 0);
	assert_true(n >= 0);
	s->log[n] = '\0';
}

void server_stop(struct server *s, enum serve_how how)
{
	serve_stop(s->serve, how);
	server_join(s);
}

void server_free(struct server *s)
{
	(void)serve_free(s->serve);
	assert_int_equal(close(s->log_fd), 0);
	tree_done(&s->tree);
	free(s);
}

int client_socket(const struct server *s)
{
	const struct addr *a = serve_address(s->serve, 0);
	const struct timeval patience = { .tv_sec = 20 };
	int fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				    sizeof(patience)),
			 0);
	return fd;
}

void client_connect(const struct server *s, int fd)
{
	const struct addr *a = serve_address(s->serve, 0);

	assert_int_equal(connect(fd, &a->sa, a->len), 0);
}

int client_open(const struct server *s)
{
	int fd = client_socket(s);

	client_connect(s, fd);
	return fd;
}

void client_say(int fd, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

uint64_t client_read(int fd, const char *text, char *buf, size_t size)
{
	static char waste[64 * 1024];
	size_t kept = 0;
	uint64_t all = 0;

	buf[0] = '\0';
	while (text == NULL || strstr(buf, text) == NULL) {
		ssize_t n = recv(fd, waste, sizeof(waste), 0);
		size_t more;

		if (n < 0)
			fail_msg("the server is silent after %llu bytes",
				 (unsigned long long)all);
		if (n == 0)
			break;
		more = MIN((size_t)n, size - 1 - kept);
		memcpy(buf + kept, waste, more);
		kept += more;
		buf[kept] = '\0';
		all += (uint64_t)n;
	}
	return all;
}

uint64_t client_ask(const struct server *s, const char *text, char *buf,
		    size_t size)
{
	int fd = client_open(s);
	uint64_t n;

	client_say(fd, text);
	n = client_read(fd, NULL, buf, size);
	assert_int_equal(close(fd), 0);
	return n;
}

unsigned count(const char *buf, const char *text)
{
	unsigned n = 0;

	while ((buf = strstr(buf, text)) != NULL) {
		buf += strlen(text);
		n++;
	}
	return n;
}
