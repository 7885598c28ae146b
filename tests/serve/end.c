/* SPDX-License-Identifier: MIT */
/* How connections and the server end: deadlines, draining, the grace. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serve/serve.h"
#include "server.h"
#include "test.h"

#define HOST " HTTP/1.1\r\nHost: x\r\n"
#define KEEP HOST "\r\n"
#define MIB  ((size_t)1024 * 1024)

static char buf[64 * 1024];

TEST(end_head_deadline)
{
	struct server *s = server_new();
	int fd;

	s->opts.header_timeout_ms = 100;
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET / HTTP/1.1\r\nHost: x\r\nX: ");
	client_read(fd, NULL, buf, sizeof(buf));
	assert_non_null(strstr(buf, "HTTP/1.1 408 "));
	assert_non_null(strstr(buf, "Connection: close\r\n"));
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, " 408 "), 1);
	server_free(s);
}

TEST(end_idle_deadline)
{
	struct server *s = server_new();
	int fd;

	tree_file(&s->tree, "a", "[body]");
	s->opts.idle_timeout_ms = 100;
	server_start(s);
	fd = client_open(s);
	assert_int_equal(client_read(fd, NULL, buf, sizeof(buf)), 0);
	assert_int_equal(close(fd), 0);
	fd = client_open(s);
	client_say(fd, "GET /a" KEEP);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "[body]"), 1);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, "\n"), 1);
	server_free(s);
}

TEST(end_body_deadline)
{
	struct server *s = server_new();
	int fd;

	tree_sparse(&s->tree, "big", 256 * MIB);
	s->opts.body_timeout_ms = 200;
	s->opts.idle_timeout_ms = UINT32_MAX;
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /big" KEEP);
	do
		usleep(10000);
	while (lseek(s->log_fd, 0, SEEK_END) == 0);
	assert_true(client_read(fd, NULL, buf, sizeof(buf)) < 256 * MIB);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, " aborted\n"), 1);
	server_free(s);
}

/* A body that nobody wants must still come to its end. */
TEST(end_request_body_deadline)
{
	static const char *const requests[] = {
		"GET /a" HOST "Content-Length: 5\r\n\r\n12",
		"GET /a" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n1",
		"GET /a" HOST "Transfer-Encoding: chunked\r\n"
		"Expect: 100-continue\r\n\r\n",
	};
	struct server *s = server_new();

	tree_file(&s->tree, "a", "[body]");
	s->opts.body_timeout_ms = 100;
	s->opts.idle_timeout_ms = UINT32_MAX;
	server_start(s);
	for (size_t i = 0; i < 3; i++) {
		client_ask(s, requests[i], buf, sizeof(buf));
		assert_non_null(strstr(buf, "HTTP/1.1 408 "));
		assert_non_null(strstr(buf, "Connection: close\r\n"));
		assert_null(strstr(buf, "[body]"));
	}
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, " 408 "), 3);
	server_free(s);
}

TEST(end_drains)
{
	struct server *s = server_new();
	int idle, busy;
	uint64_t n;

	tree_sparse(&s->tree, "big", 64 * MIB);
	tree_file(&s->tree, "a", "[body]");
	server_start(s);
	idle = client_open(s);
	client_say(idle, "GET /a" KEEP);
	client_read(idle, "[body]", buf, sizeof(buf));
	busy = client_open(s);
	client_say(busy, "GET /big" KEEP);
	client_read(busy, "\r\n\r\n", buf, sizeof(buf));
	serve_stop(s->serve, SERVE_DRAIN);
	assert_int_equal(client_read(idle, NULL, buf, sizeof(buf)), 0);
	n = client_read(busy, NULL, buf, sizeof(buf));
	server_join(s);
	assert_int_equal(s->result, 0);
	assert_true(n > 32 * MIB);
	assert_int_equal(count(s->log, " 200 67108864 "), 1);
	assert_int_equal(close(idle) | close(busy), 0);
	server_free(s);
}

/* Whom nobody listens to any more: after the grace he is cut. */
TEST(end_grace_ends)
{
	struct server *s = server_new();
	int fd;

	tree_sparse(&s->tree, "big", 256 * MIB);
	s->opts.grace_ms = 100;
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /big" KEEP);
	client_read(fd, "\r\n\r\n", buf, sizeof(buf));
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(s->result, 0);
	assert_int_equal(count(s->log, " aborted\n"), 1);
	assert_int_equal(close(fd), 0);
	server_free(s);
}

TEST(end_stops_now)
{
	struct server *s = server_new();
	int fd;

	tree_sparse(&s->tree, "big", 256 * MIB);
	s->opts.threads = 3;
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /big" KEEP);
	client_read(fd, "\r\n\r\n", buf, sizeof(buf));
	serve_stop(s->serve, SERVE_DRAIN);
	server_stop(s, SERVE_NOW);
	assert_int_equal(s->result, 0);
	assert_int_equal(close(fd), 0);
	server_free(s);
}

/* A connection that the kernel took before the end is answered. */
TEST(end_answers_who_is_queued)
{
	struct server *s = server_new();
	int fd, silent;

	tree_file(&s->tree, "a", "[body]");
	server_open(s);
	fd = client_open(s);
	client_say(fd, "GET /a" KEEP);
	silent = client_open(s);
	serve_stop(s->serve, SERVE_DRAIN);
	server_go(s);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "[body]"), 1);
	assert_int_equal(count(buf, "Connection: close\r\n"), 1);
	assert_int_equal(client_read(silent, NULL, buf, sizeof(buf)), 0);
	assert_int_equal(close(fd) | close(silent), 0);
	server_join(s);
	assert_int_equal(s->result, 0);
	server_free(s);
}

TEST_MAIN()
