/* SPDX-License-Identifier: MIT */
/* The server in this process: answers, connections, what it cannot do. */
#include "serve/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "net/addr.h"
#include "server.h"
#include "test.h"

#define HOST  " HTTP/1.1\r\nHost: x\r\n"
#define CLOSE HOST "Connection: close\r\n\r\n"
#define KEEP  HOST "\r\n"
#define MIB   ((size_t)1024 * 1024)

static char buf[256 * 1024];

TEST(serve_keeps_connections_alive)
{
	struct server *s = server_new();
	int fd;

	tree_file(&s->tree, "a", "first");
	tree_file(&s->tree, "b", "second");
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /a" KEEP);
	client_read(fd, "first", buf, sizeof(buf));
	client_say(fd, "GET /b" CLOSE);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "\r\n\r\nsecond"), 1);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(s->result, 0);
	assert_int_equal(count(s->log, "\n"), 2);
	assert_int_equal(count(s->log, "\"GET /a HTTP/1.1\" 200 5 \"-\""), 1);
	assert_int_equal(count(s->log, " copy=5/"), 1);
	server_free(s);
}

/* More than one session may have in a turn, and in odd pieces. */
TEST(serve_pipelining)
{
	enum { REQUESTS = 100 };
	struct server *s = server_new();
	struct text text;
	int fd;

	tree_file(&s->tree, "a", "[body]");
	server_start(s);
	fd = client_open(s);
	text = text_over(buf, sizeof(buf));
	for (int i = 0; i < REQUESTS - 1; i++)
		text_str(&text, "GET /a" KEEP);
	text_str(&text, "GET /a" CLOSE);
	for (size_t at = 0; at < text.len; at += 997)
		assert_true(send(fd, buf + at, MIN(text.len - at, (size_t)997),
				 0) > 0);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "HTTP/1.1 200 OK\r\n"), REQUESTS);
	assert_int_equal(count(buf, "[body]"), REQUESTS);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, "\n"), REQUESTS);
	server_free(s);
}

TEST(serve_a_big_file_by_sendfile)
{
	struct server *s = server_new();
	uint64_t n;

	tree_sparse(&s->tree, "big", 33 * MIB + 1);
	s->opts.threads = 2;
	server_start(s);
	assert_int_equal(serve_threads(s->serve), 2);
	n = client_ask(s, "GET /big" CLOSE, buf, sizeof(buf));
	assert_int_equal(n,
			 33 * MIB + 1 +
				 (uint64_t)(strstr(buf, "\r\n\r\n") + 4 - buf));
	client_ask(s,
		   "GET /big" HOST "Range: bytes=34603000-\r\n"
		   "Connection: close\r\n\r\n",
		   buf, sizeof(buf));
	assert_non_null(strstr(buf, "Content-Length: 9\r\n"));
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, " 200 34603009 "), 1);
	assert_int_equal(count(s->log, " sendfile=34603009/"), 1);
	assert_int_equal(count(s->log, " 206 9 "), 1);
	assert_int_equal(count(s->log, "copy=34603009"), 0);
	server_free(s);
}

/* What is at a path now is what is served, on the same connection too. */
TEST(serve_a_file_that_is_replaced)
{
	struct server *s = server_new();
	int fd;

	tree_file(&s->tree, "a", "[old]");
	tree_file(&s->tree, "b", "[new]");
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /a" KEEP);
	client_read(fd, "[old]", buf, sizeof(buf));
	assert_int_equal(renameat(s->tree.root, "b", s->tree.root, "a"), 0);
	client_say(fd, "GET /a" CLOSE);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "[new]"), 1);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

/* Its big answer is under way while others have theirs, in one thread. */
TEST(serve_others_meanwhile)
{
	struct server *s = server_new();
	int big;

	tree_sparse(&s->tree, "big", 64 * MIB);
	tree_file(&s->tree, "a", "[body]");
	server_start(s);
	big = client_open(s);
	client_say(big, "GET /big" KEEP);
	client_read(big, "\r\n\r\n", buf, sizeof(buf));
	client_ask(s, "GET /a" CLOSE, buf, sizeof(buf));
	assert_int_equal(count(buf, "[body]"), 1);
	client_say(big, "GET /a" CLOSE);
	assert_true(client_read(big, NULL, buf, sizeof(buf)) > 32 * MIB);
	assert_int_equal(close(big), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, "GET /a "), 2);
	server_free(s);
}

/* Bytes that were promised and are gone: an end that cannot be mistaken. */
TEST(serve_a_file_that_is_truncated)
{
	char path[TREE_PATH_SIZE];
	struct server *s = server_new();
	uint64_t n;
	int fd;

	tree_sparse(&s->tree, "big", 256 * MIB);
	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /big" KEEP);
	client_read(fd, "\r\n\r\n", buf, sizeof(buf));
	assert_non_null(strstr(buf, "Content-Length: 268435456\r\n"));
	tree_path(&s->tree, "big", path);
	assert_int_equal(truncate(path, 0), 0);
	n = client_read(fd, NULL, buf, sizeof(buf));
	assert_true(n < 256 * MIB);
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	assert_int_equal(count(s->log, " short\n"), 1);
	server_free(s);
}

/* The answer to a request with a body is not lost to a reset. */
TEST(serve_lingers_after_a_body)
{
	static char body[8 * 1024 * 1024];
	struct server *s = server_new();
	int fd;

	server_start(s);
	fd = client_open(s);
	client_say(fd, "POST /a" HOST "Content-Length: 8388608\r\n\r\n");
	assert_int_equal(send(fd, body, sizeof(body), MSG_NOSIGNAL),
			 sizeof(body));
	client_read(fd, NULL, buf, sizeof(buf));
	assert_non_null(strstr(buf, "HTTP/1.1 405 "));
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

TEST(serve_lingers_after_a_bad_head)
{
	struct server *s = server_new();
	int fd;

	server_start(s);
	fd = client_open(s);
	client_say(fd, "GET /a HTTP/1.1\nHost: x\r\n\r\n");
	memset(buf, 'x', sizeof(buf));
	assert_true(send(fd, buf, sizeof(buf), MSG_NOSIGNAL) > 0);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	client_read(fd, NULL, buf, sizeof(buf));
	assert_non_null(strstr(buf, "HTTP/1.1 400 "));
	assert_int_equal(close(fd), 0);
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

static void fails_with(struct serve_opts opts, int error, const char *text)
{
	char said[SERVE_ERROR_SIZE] = "";
	struct serve *serve;

	assert_int_equal(serve_new(&serve, &opts, said), error);
	assert_string_equal(said, text);
}

static void root_fails_with(const char *root, int error, const char *text)
{
	const struct site_opts site = { .root = root };

	fails_with((struct serve_opts){ .sites = &site, .n_sites = 1 }, error,
		   text);
}

TEST(serve_says_what_is_wrong)
{
	struct server *s = server_new();
	char address[ADDR_TEXT_SIZE], wanted[256];

	root_fails_with("/nowhere", -ENOENT,
			"/nowhere: No such file or directory");
	root_fails_with("/dev/null", -ENOTDIR, "/dev/null: Not a directory");
	server_start(s);
	addr_text(serve_address(s->serve, 0), address);
	(void)snprintf(wanted, sizeof(wanted), "%s: Address already in use",
		       address);
	s->opts.listen = serve_address(s->serve, 0);
	fails_with(s->opts, -EADDRINUSE, wanted);
	server_stop(s, SERVE_NOW);
	server_free(s);
}

/*
 * Out of descriptors, which clients in this process take as well: it says so,
 * waits, and goes on when some are back. Nobody stays without an answer.
 */
TEST(serve_without_descriptors)
{
	enum { CLIENTS = 64 };
	struct server *s = server_new();
	struct rlimit limit;
	int fds[CLIENTS];

	tree_file(&s->tree, "a", "[body]");
	server_start(s);
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = client_socket(s);
	limit.rlim_cur = limit.rlim_max = (rlim_t)fds[CLIENTS - 1] + 16;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < CLIENTS; i++)
		client_connect(s, fds[i]);
	for (int i = 0; i < CLIENTS; i++) {
		client_say(fds[i], "GET /a" CLOSE);
		client_read(fds[i], NULL, buf, sizeof(buf));
		assert_int_equal(count(buf, "HTTP/1.1 200 ") +
					 count(buf, "HTTP/1.1 503 "),
				 1);
		assert_int_equal(close(fds[i]), 0);
	}
	server_stop(s, SERVE_DRAIN);
	assert_true(count(s->log, "pour: no descriptors left") > 0);
	server_free(s);
}

TEST_MAIN()
