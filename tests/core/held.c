/* SPDX-License-Identifier: MIT */
/*
 * Who may not take anything for now, for a pace or an allowance: one who has
 * something to give waits for time, one who is idle waits to be spoken to, and
 * holds nothing meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_sys.h"
#include "relay_kit.h"
#include "test.h"

#define MS UINT64_C(1000000)

struct setting {
	struct talk talk;
	struct pour_opts flow[2];
	struct pour_relay_opts opts;
};

static void set_up(struct setting *s, int domain)
{
	for (int i = 0; i < 2; i++)
		s->opts.flow[i] = &s->flow[i];
	assert_int_equal(pour_pool_new(&s->opts.pool, 0, 0), 0);
	talk_open(&s->talk, domain, &s->opts);
}

static void tear_down(struct setting *s)
{
	talk_close(&s->talk);
	assert_null(pour_pool_free(s->opts.pool));
}

/* ── Without an allowance ── */

static void check_held_back(int domain)
{
	struct setting s = { 0 };
	struct pour_relay *r = &s.talk.relay;

	set_up(&s, domain);
	for (unsigned i = 0; i < 2; i++)
		assert_true(pour_relay_allow(r, i, 0) == POUR_ALL);
	assert_int_equal(pour_relay_step(r), POUR_WANT_SRC);
	assert_true(pour_relay_wait_ns(r) == UINT64_MAX);
	assert_int_equal(pour_relay_events(r, s.talk.ours[0]), POLLIN);
	assert_int_equal(pour_relay_events(r, s.talk.ours[1]), POLLIN);
	talk_say(&s.talk, 0, "hello");
	talk_step(&s.talk);
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_TIME);
	assert_int_equal(pour_relay_wants(r, 1), POUR_WANT_SRC);
	assert_int_equal(pour_relay_events(r, s.talk.ours[0]),
			 domain == AF_INET ? POLLERR : 0);
	assert_int_equal(pour_pool_lent(s.opts.pool), 0);
	assert_int_equal(pour_relay_allow(r, 0, 100), 0);
	assert_string_equal(talk_hear(&s.talk, 1), "hello");
	assert_int_equal(pour_relay_allow(r, 0, 0), 95);
	talk_step(&s.talk);
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_SRC);
	assert_int_equal(pour_pool_lent(s.opts.pool), 0);
	tear_down(&s);
}

TEST(an_idle_direction_waits_to_be_spoken_to)
{
	check_held_back(AF_INET);
	check_held_back(AF_UNIX);
}

/* An end is no byte: it is passed on at once. */
TEST(an_end_needs_no_allowance)
{
	struct setting s = { 0 };

	set_up(&s, AF_INET);
	(void)pour_relay_allow(&s.talk.relay, 0, 0);
	assert_int_equal(shutdown(s.talk.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_end(&s.talk, 1), 0);
	talk_say(&s.talk, 1, "bye");
	assert_string_equal(talk_hear(&s.talk, 0), "bye");
	tear_down(&s);
}

/* But not before the bytes that it stands behind. */
TEST(an_end_waits_for_what_was_not_allowed_yet)
{
	struct setting s = { 0 };
	struct pour_relay *r = &s.talk.relay;

	set_up(&s, AF_INET);
	(void)pour_relay_allow(r, 0, 3);
	talk_say(&s.talk, 0, "hello");
	assert_int_equal(shutdown(s.talk.peer[0], SHUT_WR), 0);
	assert_string_equal(talk_hear(&s.talk, 1), "hel");
	talk_step(&s.talk);
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_TIME);
	(void)pour_relay_allow(r, 0, 2);
	assert_string_equal(talk_hear(&s.talk, 1), "lo");
	assert_int_equal(talk_end(&s.talk, 1), 0);
	tear_down(&s);
}

TEST(a_reset_needs_no_allowance)
{
	const struct linger none = { 1, 0 };
	struct setting s = { 0 };

	set_up(&s, AF_INET);
	(void)pour_relay_allow(&s.talk.relay, 0, 0);
	talk_step(&s.talk);
	assert_int_equal(setsockopt(s.talk.peer[0], SOL_SOCKET, SO_LINGER,
				    &none, sizeof(none)),
			 0);
	assert_int_equal(close(s.talk.peer[0]), 0);
	s.talk.peer[0] = -1;
	assert_int_equal(talk_over(&s.talk), -ECONNRESET);
	assert_int_equal(talk_account(&s.talk, 0)->side, POUR_SIDE_SRC);
	tear_down(&s);
}

/* What a parser has read already is something to give. */
TEST(buffered_bytes_need_an_allowance)
{
	struct setting s = { 0 };
	struct pour_relay *r = &s.talk.relay;
	struct pour_duplex side[2];

	set_up(&s, AF_UNIX);
	pour_relay_finish(r);
	for (int i = 0; i < 2; i++)
		side[i] = pour_duplex(s.talk.ours[i]);
	side[0].buffered = "read before";
	side[0].buffered_size = 11;
	side[1].head = "who it is ";
	side[1].head_size = 10;
	assert_int_equal(pour_relay_begin(r, side, &s.opts), 0);
	(void)pour_relay_allow(r, 0, 0);
	assert_string_equal(talk_hear(&s.talk, 1), "who it is ");
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_TIME);
	(void)pour_relay_allow(r, 0, 5);
	assert_string_equal(talk_hear(&s.talk, 1), "read ");
	(void)pour_relay_allow(r, 0, 100);
	assert_string_equal(talk_hear(&s.talk, 1), "before");
	tear_down(&s);
}

/* ── By its own pace ── */

TEST(a_pace_does_not_hold_up_who_is_idle)
{
	struct setting s = { .flow = { { .rate = 1000, .burst = 10 } } };
	struct pour_relay *r = &s.talk.relay;

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	talk_say(&s.talk, 0, "0123456789");
	assert_string_equal(talk_hear(&s.talk, 1), "0123456789");
	talk_step(&s.talk);
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_SRC);
	assert_true(pour_relay_wait_ns(r) == UINT64_MAX);
	talk_say(&s.talk, 0, "ABC");
	talk_step(&s.talk);
	assert_int_equal(pour_relay_wants(r, 0), POUR_WANT_TIME);
	assert_in_range(pour_relay_wait_ns(r), 1, 11 * MS);
	fake.now += 10 * MS;
	assert_string_equal(talk_hear(&s.talk, 1), "ABC");
	tear_down(&s);
}

/* Who has something to say, and may not, is not silent. */
TEST(who_waits_for_time_is_not_silent)
{
	struct setting s = { .opts = { .idle_ms = 100 } };
	struct pour_relay *r = &s.talk.relay;

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	(void)pour_relay_allow(r, 0, 0);
	talk_say(&s.talk, 0, "hello");
	talk_step(&s.talk);
	for (int i = 0; i < 10; i++) {
		fake.now += 150 * MS;
		assert_true(pour_relay_step(r) > 0);
	}
	(void)pour_relay_allow(r, 0, 5);
	assert_string_equal(talk_hear(&s.talk, 1), "hello");
	fake.now += 150 * MS;
	assert_int_equal(pour_relay_step(r), -ETIMEDOUT);
	tear_down(&s);
}

/* ── A stream stays spliced ── */

TEST(allowances_leave_the_path_alone)
{
	enum { PORTION = 40000, PORTIONS = 50 };
	static char bytes[1 << 20], got[1 << 20];
	struct setting s = { 0 };
	struct pour_relay *r = &s.talk.relay;
	const struct pour_account *a;
	size_t sent = 0, n = 0, want = (size_t)PORTION * PORTIONS;

	set_up(&s, AF_INET);
	for (size_t i = 0; i < want;) {
		ssize_t in = send(s.talk.peer[0], bytes, sizeof(bytes),
				  MSG_NOSIGNAL);
		ssize_t out;

		sent += in > 0 ? (size_t)in : 0;
		if (pour_relay_wants(r, 0) == POUR_WANT_TIME || i == 0) {
			assert_true(i == 0 || pour_relay_allow(r, 0, 0) == 0);
			(void)pour_relay_allow(r, 0, PORTION);
			i += PORTION;
		}
		talk_step(&s.talk);
		out = recv(s.talk.peer[1], got, sizeof(got), 0);
		n += out > 0 ? (size_t)out : 0;
	}
	n += talk_drain(&s.talk, 1);
	a = talk_account(&s.talk, 0);
	assert_int_equal(n, want);
	assert_int_equal(a->delivered, want);
	assert_true(a->moved[POUR_BY_PIPE] > want * 9 / 10);
	assert_true(a->waits[4] >= PORTIONS - 1);
	assert_true(sent > want);
	tear_down(&s);
}

/* ── A transfer by itself ── */

TEST(a_pipe_is_looked_into)
{
	struct pour_end in, out;
	struct pour p;
	int a[2], b[2];

	assert_int_equal(pipe2(a, O_NONBLOCK) | pipe2(b, O_NONBLOCK), 0);
	assert_int_equal(pour_end_of(&in, a[0]) | pour_end_of(&out, b[1]), 0);
	assert_int_equal(pour_begin(&p, out, in, POUR_ALL, NULL), 0);
	assert_true(pour_allow(&p, 0) == POUR_ALL);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(write(a[1], "x", 1), 1);
	assert_int_equal(pour_step(&p), POUR_WANT_TIME);
	assert_int_equal(pour_allow(&p, 1), 0);
	assert_int_equal(pour_step(&p), POUR_WANT_SRC);
	assert_int_equal(close(a[1]), 0);
	assert_int_equal(pour_step(&p), 0);
	assert_int_equal(pour_account(&p)->ended, POUR_ENDED_SOURCE);
	pour_finish(&p);
	assert_int_equal(close(a[0]) | close(b[0]) | close(b[1]), 0);
}

TEST_MAIN()
