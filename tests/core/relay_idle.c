/* SPDX-License-Identifier: MIT */
/*
 * What a relay holds while nothing moves (nothing), and what it remembers over
 * that (everything).
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

enum { KILOBYTE = 1024, CYCLES = 500 };

/* A talk, a pool of its own, and options to both. */
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

static struct pour_pool_state lent(const struct setting *s)
{
	struct pour_pool_state state;

	pour_pool_inspect(s->opts.pool, &state);
	return state;
}

static void say_and_hear(struct talk *t, int from, const char *text)
{
	talk_say(t, from, text);
	assert_string_equal(talk_hear(t, !from), text);
}

static void idle(struct talk *t)
{
	talk_step(t);
	talk_step(t);
}

/* ── It holds nothing ── */

TEST(a_relay_is_small)
{
	assert_int_equal(sizeof(struct pour_relay), 280);
}

static void check_nothing_lent(const struct setting *s)
{
	assert_int_equal(lent(s).transfers_lent, 0);
	assert_int_equal(lent(s).buffers_lent, 0);
	assert_int_equal(lent(s).pipes_lent, 0);
	assert_int_equal(pour_pool_lent(s->opts.pool), 0);
}

TEST(an_idle_pair_holds_nothing)
{
	struct setting s = { 0 };
	size_t n;

	set_up(&s, AF_INET);
	check_nothing_lent(&s); /* before the first byte */
	idle(&s.talk);
	check_nothing_lent(&s);
	say_and_hear(&s.talk, 0, "question");
	say_and_hear(&s.talk, 1, "answer");
	check_nothing_lent(&s);
	n = talk_fill(&s.talk, 0);
	assert_true(lent(&s).transfers_lent > 0); /* it waits with bytes */
	assert_int_equal(talk_drain(&s.talk, 1), n);
	idle(&s.talk);
	check_nothing_lent(&s);
	assert_true(talk_account(&s.talk, 0)->moved[POUR_BY_PIPE] > 0);
	assert_int_equal(shutdown(s.talk.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_end(&s.talk, 1), 0);
	check_nothing_lent(&s); /* half closed */
	tear_down(&s);
}

/* Many relays of a thread share what one of them needs at a time. */
TEST(a_thousand_pairs_have_one_transfer_between_them)
{
	enum { PAIRS = 100 };
	static struct setting s;
	static struct talk talks[PAIRS];

	memset(&s, 0, sizeof(s));
	set_up(&s, AF_UNIX);
	for (int i = 0; i < PAIRS; i++)
		talk_open(&talks[i], AF_UNIX, &s.opts);
	for (int i = 0; i < PAIRS; i++)
		say_and_hear(&talks[i], i % 2, "hello");
	check_nothing_lent(&s);
	assert_int_equal(lent(&s).transfers_idle, 1);
	assert_int_equal(lent(&s).buffers_idle, 1);
	for (int i = 0; i < PAIRS; i++)
		talk_close(&talks[i]);
	tear_down(&s);
}

/* A peer that takes what it was sent is not silent; and silence counts from
 * when it took the last of it, not from when we looked. */
TEST(acknowledgements_are_no_silence_from_when_they_came)
{
	struct setting s = { .opts = { .idle_ms = 1000 } };
	struct pour_relay *r = &s.talk.relay;

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	idle(&s.talk);
	fake.acks_to_come = 3; /* of two sockets: one more, and it stays */
	fake.ack_ago = 900 * MS;
	fake.now += 1000 * MS;
	assert_true(pour_relay_step(r) > 0);
	assert_int_equal(pour_relay_wait_ns(r), 100 * MS);
	tear_down(&s);
}

TEST(an_old_acknowledgement_does_not_double_a_bound)
{
	struct setting s = { .opts = { .idle_ms = 1000 } };

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	idle(&s.talk);
	fake.acks_to_come = 2;
	fake.ack_ago = 1000 * MS;
	fake.now += 1000 * MS;
	assert_int_equal(pour_relay_step(&s.talk.relay), -ETIMEDOUT);
	tear_down(&s);
}

/* ── It forgets nothing ── */

static void check_sums(const struct pour_account *a, uint64_t bytes)
{
	uint64_t sum = 0;

	for (int i = 0; i < POUR_METHODS_ROOM; i++)
		sum += a->moved[i];
	assert_int_equal(a->delivered, bytes);
	assert_int_equal(a->taken, bytes);
	assert_int_equal(sum, bytes);
}

TEST(an_account_is_exact_over_many_cycles)
{
	struct setting s = { 0 };
	const struct pour_account *a, *b;
	uint64_t to = 0, back = 0;

	set_up(&s, AF_UNIX);
	for (int i = 0; i < CYCLES; i++) {
		say_and_hear(&s.talk, 0, "twelve bytes");
		say_and_hear(&s.talk, 1, "and back");
		to += 12;
		back += 8;
		if (i % 100 != 50)
			continue;
		to += talk_fill(&s.talk, 0);
		(void)talk_drain(&s.talk, 1);
	}
	a = talk_account(&s.talk, 0);
	b = talk_account(&s.talk, 1);
	check_sums(a, to);
	check_sums(b, back);
	assert_true(a->moved[POUR_BY_PIPE] > 0);
	assert_int_equal(b->moved[POUR_BY_COPY], back);
	assert_int_equal(a->calls[POUR_BY_COPY] + b->calls[POUR_BY_COPY],
			 fake.calls[FAKE_READ] + fake.calls[FAKE_SEND]);
	assert_int_equal(a->calls[POUR_BY_PIPE], fake.calls[FAKE_SPLICE]);
	assert_true(b->waits[0] >= CYCLES);
	tear_down(&s);
}

/* What a method was left for is remembered, and it is not tried again. */
TEST(a_method_that_was_left_stays_left)
{
	struct setting s = { 0 };
	size_t n = 0;

	set_up(&s, AF_UNIX);
	fake.answers_set = true;
	fake.answers_call = FAKE_SPLICE;
	fake.answers = -EINVAL;
	for (int i = 0; i < 5; i++) {
		n += talk_fill(&s.talk, 0);
		(void)talk_drain(&s.talk, 1);
	}
	assert_int_equal(fake.calls[FAKE_SPLICE], 1);
	assert_int_equal(talk_account(&s.talk, 0)->left[POUR_BY_PIPE], EINVAL);
	check_sums(talk_account(&s.talk, 0), n);
	tear_down(&s);
}

/* splice() cannot pass an out-of-band byte: seen in one wake-up, read in the
 * next, and the transfer was put away between them. */
TEST(out_of_band_bytes_neither_wedge_nor_spin)
{
	struct setting s = { .flow = { { .methods = 1 << POUR_BY_PIPE |
						    1 << POUR_BY_COPY } } };
	struct pour_tuning at_once = { .stream_reads = 1,
				       .stream_read = 1,
				       .messages = 10000 };

	s.flow[0].tuning = &at_once;
	set_up(&s, AF_INET);
	say_and_hear(&s.talk, 0, "first"); /* it streams from now on */
	assert_int_equal(send(s.talk.peer[0], "!", 1, MSG_OOB), 1);
	talk_say(&s.talk, 0, "behind it");
	assert_string_equal(talk_hear(&s.talk, 1), "behind it");
	idle(&s.talk);
	assert_int_equal(pour_pool_lent(s.opts.pool), 0);
	tear_down(&s);
}

/* ── The pace ── */

static size_t heard(struct talk *t, int side)
{
	char bytes[4096];
	ssize_t n;

	(void)pour_relay_step(&t->relay);
	n = recv(t->peer[side], bytes, sizeof(bytes), 0);
	return n > 0 ? (size_t)n : 0;
}

static void flood(struct talk *t)
{
	static char kilobyte[KILOBYTE];

	for (int i = 0; i < 20; i++)
		assert_int_equal(
			send(t->peer[0], kilobyte, sizeof(kilobyte), 0),
			sizeof(kilobyte));
}

TEST(idling_gains_no_burst)
{
	struct setting s = { .flow = { { .rate = 1000, .burst = 1000 } } };

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	talk_say(&s.talk, 0, "0123456789");
	assert_int_equal(heard(&s.talk, 1), 10);
	assert_int_equal(heard(&s.talk, 1), 0);
	assert_int_equal(pour_pool_lent(s.opts.pool), 0);
	fake.now += 3600 * 1000 * MS;
	flood(&s.talk);
	assert_int_equal(heard(&s.talk, 1), 1000);
	assert_int_equal(heard(&s.talk, 1), 0);
	assert_in_range(pour_relay_wait_ns(&s.talk.relay), 1, 11 * MS);
	fake.now += 500 * MS;
	assert_int_equal(heard(&s.talk, 1), 500);
	tear_down(&s);
}

/* Parts of a byte are not lost each time that the transfer is put away. */
TEST(a_tiny_rate_is_kept_over_many_cycles)
{
	struct setting s = { .flow = { { .rate = 10, .burst = 10 } } };
	size_t n = 0;

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	flood(&s.talk);
	assert_int_equal(heard(&s.talk, 1), 10);
	for (int i = 0; i < 1000; i++) {
		fake.now += 7 * MS;
		n += heard(&s.talk, 1);
	}
	assert_in_range(n, 69, 70); /* 7 seconds */
	tear_down(&s);
}

/* Both are read anew by every step. */
TEST(rate_and_budget_can_be_set_at_any_time)
{
	struct setting s = { .flow = { { .budget = 100 } } };

	fake.now = 1000 * MS;
	set_up(&s, AF_UNIX);
	flood(&s.talk);
	assert_int_equal(heard(&s.talk, 1), 100);
	s.flow[0].budget = 300;
	assert_int_equal(heard(&s.talk, 1), 300);
	s.flow[0].rate = 1000;
	s.flow[0].burst = 50;
	assert_int_equal(heard(&s.talk, 1), 50);
	assert_int_equal(heard(&s.talk, 1), 0);
	s.flow[0].rate = 0;
	assert_int_equal(heard(&s.talk, 1), 300);
	tear_down(&s);
}

/* A limit that is shared with others is handed out by their owner. */
TEST(no_more_goes_than_is_allowed)
{
	struct setting s = { 0 };
	struct pour_relay *r = &s.talk.relay;

	set_up(&s, AF_UNIX);
	assert_true(pour_relay_allow(r, 0, 1500) == POUR_ALL);
	flood(&s.talk);
	assert_int_equal(heard(&s.talk, 1), 1500);
	assert_true(pour_relay_step(r) & POUR_WANT_TIME);
	assert_true(pour_relay_wait_ns(r) == UINT64_MAX);
	assert_int_equal(pour_relay_events(r, s.talk.ours[0]), 0);
	assert_int_equal(pour_pool_lent(s.opts.pool), 0);
	assert_int_equal(pour_relay_allow(r, 0, 700), 0);
	assert_int_equal(heard(&s.talk, 1), 700);
	assert_int_equal(pour_relay_allow(r, 0, 50000), 0);
	while (heard(&s.talk, 1) > 0)
		continue;
	assert_int_equal(pour_relay_allow(r, 0, POUR_ALL),
			 50000 - (20 * KILOBYTE - 2200));
	assert_true(talk_account(&s.talk, 0)->waits[4] > 0);
	tear_down(&s);
}

TEST_MAIN()
