/* SPDX-License-Identifier: MIT */
/* What a message costs a relay that waits by level: which calls, how many. */
#include <errno.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>

#include "fake_sys.h"
#include "relay_kit.h"
#include "test.h"

enum { LARGE = 64 * 1024, SEGMENTS = 100, SEGMENT = 600 };

static const struct pour_opts flow = { .flags = POUR_LEVEL };
static const struct pour_relay_opts level = {
	.flow = {&flow, &flow}
};

static char bytes[LARGE];

static unsigned calls(void)
{
	unsigned sum = 0;

	for (int i = 0; i < FAKE_CALLS; i++)
		sum += fake.calls[i];
	return sum;
}

static bool is_there(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) > 0;
}

static void say(struct talk *t, int side, size_t n)
{
	assert_int_equal(send(t->peer[side], bytes, n, MSG_NOSIGNAL), n);
}

static void hear(struct talk *t, int side, size_t n)
{
	assert_int_equal(recv(t->peer[side], bytes, n, MSG_WAITALL), n);
	assert_false(is_there(t->peer[side], POLLIN));
}

/* One large message, in one step, and what that says. */
static int pass(struct talk *t, int from)
{
	int want;

	say(t, from, LARGE);
	want = pour_relay_step_for(&t->relay, t->ours[from], POLLIN);
	hear(t, !from, LARGE);
	return want;
}

/* Both ways go by pipe by then, and the pool has one. */
static void open_warm(struct talk *t, const struct pour_relay_opts *opts)
{
	talk_open(t, AF_UNIX, opts);
	talk_step(t);
	for (int i = 0; i < 3; i++) {
		(void)pass(t, 0);
		(void)pass(t, 1);
	}
}

/* A splice in and a splice out, each way: neither one more that finds nothing,
 * nor a look into the pipe before it is given back. */
TEST(a_large_message_costs_two_calls_a_way)
{
	struct talk t;

	open_warm(&t, &level);
	for (unsigned i = 0; i < 10; i++) {
		fake_reset();
		assert_int_equal(pass(&t, 0), POUR_WANT_SRC);
		assert_int_equal(pass(&t, 1), POUR_WANT_SRC);
		assert_int_equal(fake.calls[FAKE_SPLICE], 4);
		assert_int_equal(calls(), 4);
	}
	talk_close(&t);
}

/* Who does not say that he waits by level is asked until there is nothing. */
TEST(without_the_level_a_short_splice_is_not_believed)
{
	struct talk t;

	open_warm(&t, NULL);
	fake_reset();
	assert_int_equal(pass(&t, 0), POUR_WANT_SRC);
	assert_int_equal(fake.calls[FAKE_SPLICE], 3);
	talk_close(&t);
}

/* The end that is known to stand behind the bytes is read with them. */
TEST(a_short_splice_is_not_believed_before_the_end)
{
	struct talk t;

	open_warm(&t, &level);
	say(&t, 0, LARGE);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN | POLLRDHUP);
	assert_int_equal(talk_account(&t, 0)->delivered, 4 * LARGE);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_SOURCE);
	talk_close(&t);
}

/*
 * A pipe is full by its slots too: such a splice is short, and the socket has
 * more. The level says so, and nothing is left lying.
 */
TEST(a_splice_that_is_short_of_slots_goes_on_by_the_level)
{
	struct talk t;
	unsigned steps = 0;

	open_warm(&t, &level);
	for (int i = 0; i < SEGMENTS; i++)
		say(&t, 0, SEGMENT);
	for (; is_there(t.ours[0], POLLIN) && steps < SEGMENTS; steps++)
		(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_in_range(steps, 1, SEGMENTS / 2);
	hear(&t, 1, (size_t)SEGMENTS * SEGMENT);
	talk_close(&t);
}

/* After a call that failed the count alone is not trusted. */
TEST(after_an_error_the_pipe_is_looked_into)
{
	struct pour_pool *pool;
	struct pour_relay_opts opts = level;
	struct talk t;

	assert_int_equal(pour_pool_new(&pool, 0, 0), 0);
	opts.pool = pool;
	open_warm(&t, &opts);
	fake_reset();
	say(&t, 0, LARGE);
	fake.fail_call = FAKE_SPLICE;
	fake.fail_errno = ECONNRESET;
	fake.fail_at = 1;
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_int_equal(talk_account(&t, 0)->error, ECONNRESET);
	assert_int_equal(fake.calls[FAKE_WAITING], 1);
	talk_close(&t);
	assert_null(pour_pool_free(pool));
}

TEST_MAIN()
