/* SPDX-License-Identifier: MIT */
/* A proxy whose targets, addresses and limits change while it runs. */
#include "proxy/proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

static struct addr any_port(void)
{
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse("127.0.0.1:0", a, &why), 1);
	return a[0];
}

/* ── Targets, and both ends of a conversation; all of it blocks ── */

struct place {
	struct addr addr;
	int fd;
};

static void place_open(struct place *p)
{
	p->addr = any_port();
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->fd, &p->addr.sa, p->addr.len), 0);
	assert_int_equal(listen(p->fd, 8), 0);
	assert_int_equal(getsockname(p->fd, &p->addr.sa, &p->addr.len), 0);
}

static int dial(const struct addr *a)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, &a->sa, a->len), 0);
	return fd;
}

/* What one side says the other one hears. */
static void passes(int from, int to)
{
	char word[4] = "";

	assert_int_equal(send(from, "word", 4, MSG_NOSIGNAL), 4);
	assert_int_equal(recv(to, word, 4, MSG_WAITALL), 4);
	assert_memory_equal(word, "word", 4);
}

struct pair {
	int client, server;
};

static struct pair talk(const struct addr *at, const struct place *to)
{
	struct pair p = { .client = dial(at) };

	p.server = accept4(to->fd, NULL, NULL, SOCK_CLOEXEC);
	assert_true(p.server >= 0);
	passes(p.client, p.server);
	passes(p.server, p.client);
	return p;
}

static void pair_close(const struct pair *p)
{
	(void)close(p->client);
	(void)close(p->server);
}

/* ── A proxy to two places ── */

struct stage {
	struct place places[2];
	struct addr listen[2];
	struct proxy_target to[2];
	struct proxy_opts opts;
	struct proxy *proxy;
	char error[PROXY_ERROR_SIZE];
};

static void stage_start(struct stage *s)
{
	*s = (struct stage){
		.opts = {.n_to = 1,
                         .n_listen = 1,
                         .threads = 2,
                         .log = PROXY_LOG_OFF}
	};
	for (int i = 0; i < 2; i++) {
		place_open(&s->places[i]);
		s->to[i].addr = s->places[i].addr;
		s->listen[i] = any_port();
	}
	s->opts.to = s->to;
	s->opts.listen = s->listen;
	assert_int_equal(proxy_new(&s->proxy, &s->opts, s->error), 0);
	assert_int_equal(proxy_start(s->proxy), 0);
}

static void stage_reload(struct stage *s)
{
	assert_int_equal(proxy_reload(s->proxy, &s->opts, s->error), 0);
}

static void stage_end(struct stage *s)
{
	proxy_stop(s->proxy, PROXY_DRAIN);
	assert_int_equal(proxy_join(s->proxy), 0);
	(void)proxy_free(s->proxy);
	for (int i = 0; i < 2; i++)
		(void)close(s->places[i].fd);
}

TEST(another_target_for_those_who_come_now)
{
	struct stage s;
	struct pair before, after;

	stage_start(&s);
	before = talk(proxy_address(s.proxy, 0), &s.places[0]);
	s.opts.to = &s.to[1];
	stage_reload(&s);
	for (int i = 0; i < 8; i++) {
		after = talk(proxy_address(s.proxy, 0), &s.places[1]);
		pair_close(&after);
	}
	passes(before.client, before.server);
	pair_close(&before);
	stage_end(&s);
}

TEST(an_address_more_and_one_less)
{
	struct stage s;
	struct addr first;
	struct pair p;
	int fd;

	stage_start(&s);
	first = *proxy_address(s.proxy, 0);
	s.opts.n_listen = 2;
	stage_reload(&s);
	assert_int_equal(proxy_n_addresses(s.proxy), 2);
	assert_memory_equal(&first.storage, &proxy_address(s.proxy, 0)->storage,
			    first.len);
	p = talk(proxy_address(s.proxy, 1), &s.places[0]);
	s.opts.n_listen = 0;
	assert_true(proxy_reload(s.proxy, &s.opts, s.error) < 0);
	assert_string_equal(s.error, "there is no address to listen on");
	s.opts.n_listen = 1;
	stage_reload(&s);
	assert_int_equal(proxy_n_addresses(s.proxy), 1);
	/* One of the two of port 0 is closed; this one goes on. */
	passes(p.client, p.server);
	fd = dial(proxy_address(s.proxy, 0));
	(void)close(fd);
	pair_close(&p);
	stage_end(&s);
}

/* From every address to one of them and back, at the same port. */
TEST(an_address_within_another)
{
	struct stage s;
	struct pair p;

	stage_start(&s);
	p = talk(proxy_address(s.proxy, 0), &s.places[0]);
	s.listen[0] = *proxy_address(s.proxy, 0);
	stage_reload(&s); /* port 0 is another one: let it go */
	s.listen[1] = s.listen[0];
	((struct sockaddr_in *)&s.listen[1].storage)->sin_addr.s_addr = 0;
	for (int i = 0; i < 4; i++) {
		struct pair now;

		s.opts.listen = &s.listen[(i + 1) % 2];
		stage_reload(&s);
		assert_int_equal(proxy_n_addresses(s.proxy), 1);
		now = talk(&s.listen[0], &s.places[0]);
		pair_close(&now);
	}
	passes(p.client, p.server);
	pair_close(&p);
	stage_end(&s);
}

/* With room for one with each target, the second client waits. */
TEST(who_waits_for_a_place_goes_where_there_is_one_now)
{
	struct stage s;
	struct pair first, second;

	stage_start(&s);
	s.to[0].max = 1;
	stage_reload(&s);
	first = talk(proxy_address(s.proxy, 0), &s.places[0]);
	second.client = dial(proxy_address(s.proxy, 0));
	s.opts.n_to = 2;
	stage_reload(&s);
	second.server = accept4(s.places[1].fd, NULL, NULL, SOCK_CLOEXEC);
	passes(second.client, second.server);
	pair_close(&first);
	pair_close(&second);
	stage_end(&s);
}

/* It was not asked for a name before; now it is. */
TEST(who_waits_is_asked_for_a_name_when_that_decides)
{
	const char no_hello[] = "word";
	struct stage s;
	struct pair first, second;
	struct proxy_name name = { .name = "example.org" };
	char byte;

	stage_start(&s);
	s.to[0].max = 1;
	stage_reload(&s);
	first = talk(proxy_address(s.proxy, 0), &s.places[0]);
	second.client = dial(proxy_address(s.proxy, 0));
	name.to = s.to[1];
	s.opts.names = &name;
	s.opts.n_names = 1;
	s.opts.n_to = 0;
	stage_reload(&s);
	/* Nobody is for those who name nobody. */
	assert_true(send(second.client, no_hello, 4, MSG_NOSIGNAL) <= 4);
	assert_true(recv(second.client, &byte, 1, 0) <= 0);
	(void)close(second.client);
	passes(first.client, first.server);
	pair_close(&first);
	stage_end(&s);
}

TEST(what_is_bad_changes_nothing)
{
	struct stage s;
	struct pair p;

	stage_start(&s);
	s.listen[1] = s.places[1].addr; /* somebody listens there */
	s.opts.n_listen = 2;
	s.opts.to = &s.to[1];
	assert_int_equal(proxy_reload(s.proxy, &s.opts, s.error), -EADDRINUSE);
	assert_non_null(strstr(s.error, "Address already in use"));
	s.opts.n_to = 0;
	assert_int_equal(proxy_reload(s.proxy, &s.opts, s.error), -EINVAL);
	p = talk(proxy_address(s.proxy, 0), &s.places[0]);
	pair_close(&p);
	stage_end(&s);
}

TEST_MAIN()
