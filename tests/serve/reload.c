/* SPDX-License-Identifier: MIT */
/* A server of several sites, whose sites and addresses change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/addr.h"
#include "serve/site.h"
#include "server.h"
#include "test.h"

static char buf[64 * 1024];

static const char *ask(const struct server *s, const char *host,
		       const char *method)
{
	char request[256];

	(void)snprintf(request, sizeof(request),
		       "%s /a HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
		       "\r\n",
		       method, host);
	client_ask(s, request, buf, sizeof(buf));
	return buf;
}

struct pair {
	struct server *server;
	char roots[2][TREE_PATH_SIZE];
	struct site_opts sites[2];
};

static void pair_start(struct pair *p)
{
	static const char *const hosts[] = { "one.org", "two.org" };
	struct server *s = server_new();

	p->server = s;
	tree_folder(&s->tree, "one");
	tree_folder(&s->tree, "two");
	tree_file(&s->tree, "one/a", "[one]");
	tree_file(&s->tree, "two/a", "[two]");
	tree_path(&s->tree, "one", p->roots[0]);
	tree_path(&s->tree, "two", p->roots[1]);
	for (int i = 0; i < 2; i++)
		p->sites[i] = (struct site_opts){ .hosts = &hosts[i],
						  .n_hosts = 1,
						  .root = p->roots[i] };
	s->opts.sites = p->sites;
	s->opts.n_sites = 2;
	s->opts.threads = 2;
	server_start(s);
}

TEST(sites_by_host)
{
	struct pair p;

	pair_start(&p);
	assert_int_equal(count(ask(p.server, "one.org", "GET"), "[one]"), 1);
	assert_int_equal(count(ask(p.server, "TWO.org:80", "GET"), "[two]"), 1);
	assert_int_equal(count(ask(p.server, "x", "GET"), "[one]"), 1);
	server_stop(p.server, SERVE_DRAIN);
	server_free(p.server);
}

/* Both in one go, so in one turn: what is open for one is not the other's. */
TEST(sites_of_each_request_in_a_turn)
{
	struct pair p;
	int fd;

	pair_start(&p);
	fd = client_open(p.server);
	client_say(fd, "GET /a HTTP/1.1\r\nHost: one.org\r\n\r\n"
		       "GET /a HTTP/1.1\r\nHost: two.org\r\n\r\n"
		       "GET /a HTTP/1.1\r\nHost: one.org\r\n"
		       "Connection: close\r\n\r\n");
	client_read(fd, NULL, buf, sizeof(buf));
	assert_int_equal(count(buf, "[one]"), 2);
	assert_int_equal(count(buf, "[two]"), 1);
	assert_int_equal(close(fd), 0);
	server_stop(p.server, SERVE_DRAIN);
	server_free(p.server);
}

TEST(reload_to_only_hosts)
{
	struct pair p;

	pair_start(&p);
	p.server->opts.only_hosts = true;
	server_reload(p.server);
	assert_non_null(strstr(ask(p.server, "x", "GET"), "HTTP/1.1 421 "));
	assert_null(strstr(ask(p.server, "x", "HEAD"), "<h1>"));
	assert_non_null(strstr(buf, "HTTP/1.1 421 Misdirected Request\r\n"));
	assert_int_equal(count(ask(p.server, "two.org", "GET"), "[two]"), 1);
	server_stop(p.server, SERVE_DRAIN);
	server_free(p.server);
}

/* ── Reloaded ── */

/* Half of a large answer is there; the rest comes from the old root. */
TEST(reload_answers_end_as_they_began)
{
	enum { SIZE = 32 * 1024 * 1024 };
	struct pair p;
	uint64_t n;
	int fd;

	pair_start(&p);
	tree_sparse(&p.server->tree, "one/big", SIZE);
	fd = client_open(p.server);
	client_say(fd, "GET /big HTTP/1.1\r\nHost: one.org\r\n\r\n");
	n = client_read(fd, "\r\n\r\n", buf, sizeof(buf));
	n -= (uint64_t)(strstr(buf, "\r\n\r\n") + 4 - buf);
	p.sites[0].root = p.roots[1];
	server_reload(p.server);
	/* The next one on this connection is answered by the new site. */
	client_say(fd, "GET /a HTTP/1.1\r\nHost: one.org\r\n"
		       "Connection: close\r\n\r\n");
	n += client_read(fd, NULL, buf, sizeof(buf));
	assert_true(n > SIZE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(count(ask(p.server, "one.org", "GET"), "[two]"), 1);
	server_stop(p.server, SERVE_DRAIN);
	assert_int_equal(count(p.server->log, " 200 33554432 "), 1);
	assert_int_equal(count(p.server->log, " 200 5 "), 2);
	server_free(p.server);
}

TEST(reload_that_is_bad_changes_nothing)
{
	char error[SERVE_ERROR_SIZE] = "";
	struct pair p;

	pair_start(&p);
	p.sites[1].root = "/nowhere";
	assert_int_equal(serve_reload(p.server->serve, &p.server->opts, error),
			 -ENOENT);
	assert_string_equal(error, "/nowhere: No such file or directory");
	assert_int_equal(count(ask(p.server, "two.org", "GET"), "[two]"), 1);
	server_stop(p.server, SERVE_DRAIN);
	server_free(p.server);
}

static int try_to_connect(const struct addr *a)
{
	int fd = socket(a->sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, &a->sa, a->len) == 0)
		return fd;
	assert_int_equal(close(fd), 0);
	return -1;
}

static void connects(const struct addr *a, bool wanted)
{
	int fd = try_to_connect(a);

	assert_int_equal(fd >= 0, wanted);
	if (fd >= 0)
		assert_int_equal(close(fd), 0);
}

TEST(reload_addresses_come_stay_and_go)
{
	struct server *s = server_new();
	char text[TREE_PATH_SIZE], unix_text[TREE_PATH_SIZE + 8];
	struct addr wanted[3], stays, goes;
	const char *why;

	tree_path(&s->tree, "socket", text);
	(void)snprintf(unix_text, sizeof(unix_text), "unix:%s", text);
	assert_int_equal(addr_parse("127.0.0.1:0", &wanted[0], &why), 1);
	assert_int_equal(addr_parse(unix_text, &wanted[1], &why), 1);
	s->opts.threads = 2;
	server_start(s);
	stays = *serve_address(s->serve, 0);
	s->opts.listen = wanted;
	s->opts.n_listen = 2;
	server_reload(s);
	assert_int_equal(serve_n_addresses(s->serve), 2);
	assert_memory_equal(serve_address(s->serve, 0), &stays, stays.len);
	connects(&stays, true);
	connects(&wanted[1], true);
	/* Only another port is wanted: it is open, and the others are not. */
	wanted[1] = wanted[0];
	server_reload(s);
	goes = *serve_address(s->serve, 1);
	connects(&stays, true);
	connects(&goes, true);
	assert_int_equal(access(text, F_OK), -1);
	s->opts.n_listen = 1;
	server_reload(s);
	connects(&stays, true);
	connects(&goes, false);
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

/* Connected, and perhaps still in the queue, when their address goes. */
TEST(reload_address_that_goes_lets_in_who_waits)
{
	enum { CLIENTS = 50 };
	struct server *s = server_new();
	struct addr wanted[2];
	int fds[CLIENTS];

	tree_file(&s->tree, "a", "[body]");
	server_start(s);
	wanted[0] = wanted[1] = s->any[0];
	s->opts.listen = wanted;
	s->opts.n_listen = 2;
	server_reload(s);
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = try_to_connect(serve_address(s->serve, 1));
	s->opts.n_listen = 1;
	server_reload(s);
	for (int i = 0; i < CLIENTS; i++) {
		client_say(fds[i], "GET /a HTTP/1.1\r\nHost: x\r\n"
				   "Connection: close\r\n\r\n");
		client_read(fds[i], NULL, buf, sizeof(buf));
		assert_int_equal(count(buf, "[body]"), 1);
		assert_int_equal(close(fds[i]), 0);
	}
	server_stop(s, SERVE_DRAIN);
	server_free(s);
}

TEST_MAIN()
