/* SPDX-License-Identifier: MIT */
/* Targets that change while a proxy works: who stays, who goes, who waits. */
#include "proxy/targets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "net/sock.h"
#include "proxy/proxy_inside.h"
#include "proxy/route.h"
#include "test.h"

enum { SOON_MS = 20 * 1000 };

static struct proxy_target target(const char *text)
{
	struct proxy_target to = { .weight = 0 };
	struct addr a[2];
	const char *why;

	assert_int_equal(addr_parse(text, a, &why), 1);
	to.addr = a[0];
	return to;
}

static struct proxy_opts opts_of(const struct proxy_target *to, uint32_t n)
{
	return (struct proxy_opts){ .to = to, .n_to = n };
}

/* ── Chains ── */

TEST(who_stays_is_the_same_one)
{
	struct proxy_target to[] = { target("1"), target("2"), target("3") };
	struct proxy_opts o = opts_of(to, 3);
	struct targets t = { 0 };
	struct route *before, *now;

	assert_int_equal(targets_init(&t, &o), 0);
	before = targets_share(&t);
	assert_false(targets_changed(&t, before));
	before->at[2]->target.active = 7;
	before->at[2]->target.down = true;

	/* The first two go, the third stays, and a fourth comes. */
	to[0] = to[2];
	to[0].weight = 9;
	to[0].max = 8;
	to[0].backup = true;
	to[1] = target("4");
	o.n_to = 2;
	assert_int_equal(targets_set(&t, &o), 0);
	assert_true(targets_changed(&t, before));
	now = targets_share(&t);
	assert_false(targets_changed(&t, now));
	assert_int_equal(now->n, 2);
	assert_ptr_equal(now->at[0], before->at[2]);
	assert_int_equal(now->at[0]->target.active, 7);
	assert_true(now->at[0]->target.down);
	assert_int_equal(target_weight(&now->at[0]->target), 9);
	assert_int_equal(now->at[0]->target.max, 8);
	assert_true(target_is_backup(&now->at[0]->target));
	assert_string_equal(now->at[1]->name, "127.0.0.1:4");

	/* The old chain is whole for whom still has it. */
	assert_int_equal(before->n, 3);
	assert_string_equal(before->at[0]->name, "127.0.0.1:1");
	(void)route_drop(before);
	(void)route_drop(now);
	targets_done(&t);
}

TEST(the_same_address_twice_is_two_of_them)
{
	struct proxy_target to[] = { target("1"), target("1"), target("1") };
	struct proxy_opts o = opts_of(to, 2);
	struct targets t = { 0 };
	struct route *before, *now;

	assert_int_equal(targets_init(&t, &o), 0);
	before = targets_share(&t);
	assert_ptr_not_equal(before->at[0], before->at[1]);
	o.n_to = 3;
	assert_int_equal(targets_set(&t, &o), 0);
	now = targets_share(&t);
	assert_ptr_equal(now->at[0], before->at[0]);
	assert_ptr_equal(now->at[1], before->at[1]);
	assert_ptr_not_equal(now->at[2], before->at[0]);
	assert_ptr_not_equal(now->at[2], before->at[1]);
	(void)route_drop(before);
	(void)route_drop(now);
	targets_done(&t);
}

TEST(a_route_is_found_again_by_its_name)
{
	const struct proxy_target to[] = { target("1") };
	const struct proxy_name names[] = {
		{"a.org",  target("1")},
                { "b.org", target("1")}
	};
	struct proxy_opts o = {
		.to = to, .n_to = 1, .names = names, .n_names = 2
	};
	struct targets t = { 0 };
	struct route *before, *now;

	assert_int_equal(targets_init(&t, &o), 0);
	before = targets_share(&t);
	assert_int_equal(route_count(before), 3);
	o.names = &names[1];
	o.n_names = 1;
	assert_int_equal(targets_set(&t, &o), 0);
	now = targets_share(&t);
	/* a.org is gone: its clients are the first route's. b.org's target is
	 * another one than that of the same address for others. */
	assert_ptr_equal(route_like(now, before->next), now);
	assert_ptr_equal(route_like(now, before->next->next), now->next);
	assert_ptr_equal(now->next->at[0], before->next->next->at[0]);
	assert_ptr_equal(now->at[0], before->at[0]);
	(void)route_drop(before);
	(void)route_drop(now);
	targets_done(&t);
}

/* ── A proxy at work ── */

static int listen_at(struct proxy_target *ret)
{
	int fd;

	*ret = target("0");
	assert_int_equal(sock_listen(&ret->addr, &fd, 1), 0);
	return fd;
}

static bool is_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

static int take(int listener)
{
	assert_true(is_readable(listener, SOON_MS));
	int fd = sock_accept(listener, NULL);

	assert_true(fd >= 0);
	return fd;
}

static int dial(const struct proxy *p)
{
	int fd, r = sock_dial(proxy_address(p, 0), &fd);

	assert_true(r == 0 || r == -EINPROGRESS);
	return fd;
}

/* A byte from one to the other, which shows that they are a pair. */
static void say(int from, int to, char word)
{
	char got = 0;

	assert_int_equal(send(from, &word, 1, MSG_NOSIGNAL), 1);
	assert_true(is_readable(to, SOON_MS));
	assert_int_equal(recv(to, &got, 1, 0), 1);
	assert_int_equal(got, word);
}

static struct proxy *begin(const struct proxy_opts *opts)
{
	struct addr at[2];
	char error[PROXY_ERROR_SIZE];
	struct proxy_opts o = *opts;
	struct proxy *p = NULL;
	const char *why;

	assert_int_equal(addr_parse("0", at, &why), 1);
	o.listen = at;
	o.n_listen = 1;
	o.threads = 2;
	o.log = PROXY_LOG_OFF;
	assert_int_equal(proxy_new(&p, &o, error), 0);
	assert_int_equal(proxy_start(p), 0);
	return p;
}

static void end(struct proxy *p)
{
	proxy_stop(p, PROXY_NOW);
	assert_int_equal(proxy_join(p), 0);
	(void)proxy_free(p);
}

TEST(conversations_go_on_with_a_target_that_is_gone)
{
	struct proxy_target to[2];
	int fds[] = { listen_at(&to[0]), listen_at(&to[1]) };
	struct proxy_opts o = opts_of(to, 1);
	struct proxy *p = begin(&o);
	int client = dial(p), server = take(fds[0]);

	say(client, server, 'a');
	o.to = &to[1];
	assert_int_equal(targets_set(&p->shared.targets, &o), 0);
	(void)close(fds[0]);
	/* Each thread has its own queue, and both have the new target soon;
	 * until then it is refused by the old one, which is no more. */
	for (int i = 0; i < 8; i++) {
		int other = dial(p), there;

		while (!is_readable(fds[1], 100)) {
			(void)close(other);
			other = dial(p);
		}
		there = take(fds[1]);
		say(other, there, 'b');
		(void)close(other);
		(void)close(there);
	}
	say(server, client, 'c');
	say(client, server, 'd');
	(void)close(client);
	(void)close(server);
	(void)close(fds[1]);
	end(p);
}

TEST(who_waits_for_a_place_hears_of_a_new_target)
{
	struct proxy_target to[2];
	int fds[] = { listen_at(&to[0]), listen_at(&to[1]) };
	struct proxy_opts o = opts_of(to, 1);
	struct proxy *p;
	int clients[3], servers[3];

	o.connect_timeout_ms = SOON_MS;
	to[0].max = 1;
	p = begin(&o);
	clients[0] = dial(p);
	servers[0] = take(fds[0]);
	say(clients[0], servers[0], 'a');
	clients[1] = dial(p);
	clients[2] = dial(p);
	assert_false(is_readable(fds[0], 50));
	o.n_to = 2;
	assert_int_equal(targets_set(&p->shared.targets, &o), 0);
	servers[1] = take(fds[1]);
	servers[2] = take(fds[1]);
	assert_false(is_readable(fds[0], 0));
	for (int i = 0; i < 3; i++) {
		(void)close(clients[i]);
		(void)close(servers[i]);
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	end(p);
}

/* Whether a new one is checked, and one that is gone no longer. */
TEST(checks_follow_the_targets)
{
	struct proxy_target to[2];
	int fds[] = { listen_at(&to[0]), listen_at(&to[1]) };
	struct proxy_opts o = opts_of(to, 1);
	struct proxy *p;

	o.check_ms = 20;
	p = begin(&o);
	(void)close(take(fds[0]));
	o.to = &to[1];
	assert_int_equal(targets_set(&p->shared.targets, &o), 0);
	for (int i = 0; i < 3; i++)
		(void)close(take(fds[1]));
	while (is_readable(fds[0], 0)) /* from before */
		(void)close(take(fds[0]));
	(void)close(take(fds[1]));
	assert_false(is_readable(fds[0], 60));
	(void)close(fds[0]);
	(void)close(fds[1]);
	end(p);
}

/* Hundreds of times while clients come and go, which threads must survive. */
TEST(targets_that_change_all_the_time)
{
	struct proxy_target to[2];
	int fds[] = { listen_at(&to[0]), listen_at(&to[1]) };
	struct proxy_opts o = opts_of(to, 2);
	struct proxy *p;

	o.check_ms = 5;
	p = begin(&o);
	for (uint32_t i = 0; i < 400; i++) {
		int client = dial(p);

		o.to = &to[i % 2];
		o.n_to = i % 6 == 0 ? 2 : 1;
		assert_int_equal(targets_set(&p->shared.targets, &o), 0);
		for (int k = 0; k < 2; k++) {
			int fd = sock_accept(fds[k], NULL);

			if (fd >= 0)
				(void)close(fd);
		}
		(void)close(client);
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	end(p);
}

TEST_MAIN()
