/* SPDX-License-Identifier: MIT */
/* The relay: both ways, half-closes, resets, bounds. */
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

TEST(bytes_go_both_ways)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	talk_say(&t, 0, "hello");
	assert_string_equal(talk_hear(&t, 1), "hello");
	talk_say(&t, 1, "and back");
	assert_string_equal(talk_hear(&t, 0), "and back");
	assert_int_equal(talk_account(&t, 0)->delivered, 5);
	assert_int_equal(talk_account(&t, 1)->delivered, 8);
	talk_close(&t);
}

/* An end is passed on, and the other direction goes on. */
TEST(case81_a_half_close_is_passed_on)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	talk_say(&t, 0, "question");
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_string_equal(talk_hear(&t, 1), "question");
	assert_int_equal(talk_end(&t, 1), 0);
	talk_say(&t, 1, "answer");
	assert_string_equal(talk_hear(&t, 0), "answer");
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 0), 0);
	assert_int_equal(pour_relay_step(&t.relay), 0);
	assert_int_equal(pour_relay_step(&t.relay), 0); /* says so again */
	talk_close(&t);
}

/* With bytes still on the way, their end does not overtake them. */
TEST(case82_an_end_waits_for_the_bytes_before_it)
{
	struct talk t;
	size_t n;

	talk_open(&t, AF_UNIX, NULL);
	n = talk_fill(&t, 0);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_drain(&t, 1), n);
	assert_int_equal(talk_end(&t, 1), 0);
	talk_close(&t);
}

/* A reset is passed on behind the bytes that were sent before it. */
TEST(a_reset_is_passed_on_behind_the_queue)
{
	const struct linger none = { 1, 0 };
	struct talk t;
	char buf[64];

	talk_open(&t, AF_INET, NULL);
	talk_say(&t, 0, "last words");
	talk_step(&t);
	assert_int_equal(setsockopt(t.peer[0], SOL_SOCKET, SO_LINGER, &none,
				    sizeof(none)),
			 0);
	assert_int_equal(close(t.peer[0]), 0);
	t.peer[0] = -1;
	assert_int_equal(talk_over(&t), -ECONNRESET);
	assert_int_equal(talk_account(&t, 0)->side, POUR_SIDE_SRC);
	talk_close_ours(&t);
	assert_int_equal(recv(t.peer[1], buf, sizeof(buf), 0), 10);
	assert_memory_equal(buf, "last words", 10);
	assert_int_equal(recv(t.peer[1], buf, sizeof(buf), 0), -1);
	assert_int_equal(errno, ECONNRESET);
	talk_close(&t);
}

/* Who does not read does not hold a reset up for ever. */
TEST(a_reset_waits_no_longer_than_its_bound)
{
	const struct linger none = { 1, 0 };
	const struct pour_relay_opts opts = { .reset_ms = 100 };
	static char kilobyte[1025];
	struct talk t;

	memset(kilobyte, 'k', 1024);
	talk_open(&t, AF_INET, &opts);
	while (!talk_is_queued(&t))
		talk_say(&t, 0, kilobyte);
	assert_int_equal(pour_relay_pending(&t.relay, 0), 0);
	assert_int_equal(setsockopt(t.peer[0], SOL_SOCKET, SO_LINGER, &none,
				    sizeof(none)),
			 0);
	assert_int_equal(close(t.peer[0]), 0);
	t.peer[0] = -1;
	fake.now = real_clock();
	talk_step(&t);
	assert_int_equal(t.last, POUR_WANT_TIME);
	assert_in_range(pour_relay_wait_ns(&t.relay), 1, 100000000);
	fake.now += 99 * 1000000;
	assert_int_equal(pour_relay_step(&t.relay), POUR_WANT_TIME);
	fake.now += 2 * 1000000;
	assert_int_equal(pour_relay_step(&t.relay), -ECONNRESET);
	talk_close(&t);
}

/* A destination that broke: what its side had sent is still delivered. */
TEST(what_was_sent_before_a_failure_is_delivered)
{
	struct talk t;

	talk_open(&t, AF_UNIX, NULL);
	talk_say(&t, 1, "sent before");
	assert_int_equal(close(t.peer[1]), 0);
	t.peer[1] = -1;
	talk_say(&t, 0, "into nothing");
	assert_string_equal(talk_hear(&t, 0), "sent before");
	assert_true(talk_over(&t) < 0);
	talk_close(&t);
}

/* ── Bounds ── */

TEST(case81_a_lonely_half_is_bounded)
{
	const struct pour_relay_opts opts = { .half_ms = 1000 };
	struct talk t;

	fake.now = 1000000;
	talk_open(&t, AF_UNIX, &opts);
	assert_int_equal(pour_relay_wait_ns(&t.relay), UINT64_MAX);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	talk_step(&t);
	assert_in_range(pour_relay_wait_ns(&t.relay), 1, 1000000000);
	fake.now += 900 * 1000000;
	talk_say(&t, 1, "x"); /* not silent: the time begins anew */
	assert_string_equal(talk_hear(&t, 0), "x");
	fake.now += 900 * 1000000;
	assert_true(pour_relay_step(&t.relay) > 0);
	fake.now += 200 * 1000000;
	assert_int_equal(pour_relay_step(&t.relay), -ETIMEDOUT);
	assert_int_equal(talk_account(&t, 1)->ended, POUR_ENDED_TIMEOUT);
	talk_close(&t);
}

TEST(two_silent_ones_are_bounded)
{
	const struct pour_relay_opts opts = { .idle_ms = 1000 };
	struct talk t;

	fake.now = 1000000;
	talk_open(&t, AF_UNIX, &opts);
	assert_true(pour_relay_step(&t.relay) > 0);
	fake.now += UINT64_C(1001) * 1000000;
	assert_int_equal(pour_relay_wait_ns(&t.relay), 0);
	assert_int_equal(pour_relay_step(&t.relay), -ETIMEDOUT);
	talk_close(&t);
}

/* ── What it holds, and what it watches ── */

TEST(an_idle_relay_holds_two_descriptors)
{
	struct pour_pool *pool;
	struct pour_relay_opts opts = { .pool = NULL };
	struct talk t;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	talk_open(&t, AF_INET, &opts);
	talk_say(&t, 0, "ping");
	assert_string_equal(talk_hear(&t, 1), "ping");
	talk_say(&t, 1, "pong");
	assert_string_equal(talk_hear(&t, 0), "pong");
	assert_int_equal(pour_pool_lent(pool), 0);
	assert_int_equal(fake.calls[FAKE_PIPE], 0);
	talk_close(&t);
	assert_null(pour_pool_free(pool));
}

/* Never armed for what the next step would not take. */
TEST(case36_who_cannot_be_served_is_not_watched)
{
	struct pollfd fds[4];
	struct talk t;
	int n;

	talk_open(&t, AF_UNIX, NULL);
	talk_step(&t);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), POLLIN);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[1]), POLLIN);
	(void)talk_fill(&t, 0);
	/* Its bytes wait for the other side: only that is asked. */
	n = pour_relay_pollfds(&t.relay, fds);
	assert_int_equal(n, 1);
	assert_int_equal(fds[0].fd, t.ours[1]);
	assert_int_equal(fds[0].events, POLLIN | POLLOUT);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), 0);
	talk_close(&t);
}

TEST(case24_ends_that_block_are_refused)
{
	struct pour_relay r;
	struct pour_duplex side[2];
	int a[2], b[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b),
			 0);
	side[0] = pour_duplex(a[0]);
	side[1] = pour_duplex(b[0]);
	assert_int_equal(pour_relay_begin(&r, side, NULL), -EDEADLK);
	assert_int_equal(pour_relay_step(&r), -EDEADLK);
	pour_relay_finish(&r);
	for (int i = 0; i < 2; i++)
		assert_int_equal(close(a[i]) | close(b[i]), 0);
}

/* Who made them so knows it. */
TEST(ends_that_are_known_not_to_block_are_not_asked)
{
	const struct pour_opts flow = { .flags = POUR_NONBLOCKING };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	assert_int_equal(fake.calls[FAKE_FLAGS], 4);
	talk_close(&t);
	fake_reset();
	talk_open(&t, AF_INET, &opts);
	talk_say(&t, 0, "hello");
	assert_string_equal(talk_hear(&t, 1), "hello");
	assert_int_equal(fake.calls[FAKE_FLAGS], 0);
	talk_close(&t);
}

TEST(finish_is_safe_on_nothing_and_half_way)
{
	static struct pour_relay zero;
	struct talk t;

	pour_relay_finish(NULL);
	pour_relay_finish(&zero);
	talk_open(&t, AF_UNIX, NULL);
	(void)talk_fill(&t, 0);
	pour_relay_finish(&t.relay);
	assert_int_equal(pour_relay_step(&t.relay), -ECANCELED);
	talk_close(&t);
}

TEST_MAIN()
