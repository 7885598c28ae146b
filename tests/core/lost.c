/* SPDX-License-Identifier: MIT */
/*
 * A side that is gone while its bytes are still on their way: heard, although
 * nobody reads from it, and the bytes have their time.
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

static void reset(struct talk *t, int side)
{
	const struct linger none = { 1, 0 };

	assert_int_equal(setsockopt(t->peer[side], SOL_SOCKET, SO_LINGER, &none,
				    sizeof(none)),
			 0);
	assert_int_equal(close(t->peer[side]), 0);
	t->peer[side] = -1;
}

/* Events of ours[side], as epoll would report them. */
static short reported(struct talk *t, int side)
{
	struct pollfd p = { .fd = t->ours[side] };

	p.events = pour_relay_events(&t->relay, p.fd);
	if (p.events == 0 || poll(&p, 1, 100) <= 0)
		return 0;
	return p.revents;
}

/* Side 0 speaks, side 1 does not read, and side 0 is gone. */
static size_t lose(struct talk *t, const struct pour_relay_opts *opts)
{
	size_t n;

	talk_open(t, AF_INET, opts);
	n = talk_fill(t, 0);
	assert_int_equal(t->last, POUR_WANT_SRC | POUR_WANT_DST);
	assert_int_equal(pour_relay_events(&t->relay, t->ours[0]), POLLERR);
	assert_int_equal(reported(t, 0), 0);
	reset(t, 0);
	fake.now = real_clock();
	assert_true(reported(t, 0) & POLLERR);
	assert_true(pour_relay_step_for(&t->relay, t->ours[0], POLLERR) > 0);
	return n;
}

TEST(a_reset_is_heard_while_bytes_wait)
{
	const struct pour_relay_opts opts = { .reset_ms = 100 };
	struct talk t;

	(void)lose(&t, &opts);
	/* Once is enough: it would be reported over and over. */
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), 0);
	assert_in_range(pour_relay_wait_ns(&t.relay), 1, 100 * MS);
	fake.now += 99 * MS;
	assert_true(pour_relay_step(&t.relay) > 0);
	fake.now += 2 * MS;
	assert_int_equal(pour_relay_step(&t.relay), -ECONNRESET);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_FAILED);
	assert_int_equal(talk_account(&t, 0)->side, POUR_SIDE_SRC);
	assert_int_equal(talk_account(&t, 1)->ended, POUR_ENDED_CANCELLED);
	talk_close(&t);
}

TEST(bytes_before_a_reset_have_their_time)
{
	struct talk t;
	size_t n;
	char byte;

	/* Those that lie in the socket are still to be read, too; those that
	 * had not come yet are not. */
	assert_true(lose(&t, NULL) > 0);
	n = talk_account(&t, 0)->taken + (size_t)pour_sys_waiting(t.ours[0]);
	assert_true(n > talk_account(&t, 0)->taken);
	assert_int_equal(talk_drain(&t, 1), n);
	assert_int_equal(talk_over(&t), -ECONNRESET);
	talk_close_ours(&t);
	assert_int_equal(recv(t.peer[1], &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	talk_close(&t);
}

/* An end is no reset, and waits as long as it has to. */
TEST(who_has_ended_is_not_lost)
{
	struct talk t;
	size_t n;

	talk_open(&t, AF_INET, NULL);
	n = talk_fill(&t, 0);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(reported(&t, 0), 0);
	assert_true(pour_relay_wait_ns(&t.relay) == UINT64_MAX);
	assert_int_equal(talk_drain(&t, 1), n);
	assert_int_equal(talk_end(&t, 1), 0);
	talk_close(&t);
}

/* Shut both ways, a socket reports a hang-up for ever. */
TEST(who_was_sent_an_end_is_not_watched)
{
	struct talk t;
	size_t n;

	talk_open(&t, AF_INET, NULL);
	n = talk_fill(&t, 0);
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 0), 0);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	talk_step(&t);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), 0);
	assert_int_equal(talk_drain(&t, 1), n);
	assert_int_equal(talk_over(&t), 0);
	talk_close(&t);
}

/* Its failure was found by writing to it: the same time for the rest. */
TEST(what_is_left_of_a_side_that_failed_is_bounded)
{
	const struct pour_relay_opts opts = { .reset_ms = 100 };
	struct talk t;

	talk_open(&t, AF_INET, &opts);
	(void)talk_fill(&t, 0);
	fake.now = real_clock();
	reset(&t, 0);
	talk_say(&t, 1, "into nothing");
	for (int i = 0; i < 5; i++)
		talk_step(&t);
	assert_true(t.last > 0);
	fake.now += 101 * MS;
	assert_int_equal(talk_over(&t), -ECONNRESET);
	talk_close(&t);
}

/* Nobody waits for a queue that nobody will take. */
TEST(a_reset_does_not_wait_for_who_is_gone)
{
	static char kilobyte[1025];
	struct talk t;

	memset(kilobyte, 'k', 1024);
	talk_open(&t, AF_INET, NULL);
	while (!talk_is_queued(&t))
		talk_say(&t, 0, kilobyte);
	fake.now = real_clock(); /* it stands: no bound passes */
	reset(&t, 0);
	talk_step(&t);
	assert_int_equal(t.last, POUR_WANT_TIME);
	reset(&t, 1);
	assert_int_equal(talk_over(&t), -ECONNRESET);
	talk_close(&t);
}

TEST_MAIN()
