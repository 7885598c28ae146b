/* SPDX-License-Identifier: MIT */
/* A relay over other ends than sockets, and in one call. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_sys.h"
#include "relay_kit.h"
#include "test.h"

static unsigned told;

static int64_t take(void *context, const void *buf, size_t size,
		    short *ret_poll)
{
	(void)context;
	if (buf == NULL && told++ == 0) {
		*ret_poll = POLLOUT;
		return -EAGAIN; /* a close_notify that has to wait */
	}
	return (int64_t)size;
}

static int64_t end_at_once(void *context, void *buf, size_t size,
			   short *ret_poll)
{
	(void)context;
	(void)buf;
	(void)size;
	(void)ret_poll;
	return 0;
}

TEST(a_function_is_told_of_the_end)
{
	struct pour_duplex side[2] = { 0 };
	struct pour_relay r;
	int a[2];

	told = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a),
			 0);
	side[0] = pour_duplex(a[0]);
	side[1].in = pour_from(end_at_once, NULL, a[0]);
	side[1].out = pour_to(take, NULL, a[0]);
	assert_int_equal(pour_relay_begin(&r, side, NULL), 0);
	assert_int_equal(close(a[1]), 0);
	assert_true(pour_relay_step(&r) & POUR_WANT_DST);
	assert_int_equal(pour_relay_step(&r), 0);
	assert_int_equal(told, 2);
	pour_relay_finish(&r);
	assert_int_equal(close(a[0]), 0);
}

/* All in one call, as a program with a process a connection does it. */
TEST(a_relay_runs_in_one_call)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	assert_int_equal(send(t.peer[0], "one", 3, 0), 3);
	assert_int_equal(send(t.peer[1], "two", 3, 0), 3);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(pour_relay_run(&t.relay), 0);
	assert_string_equal(talk_hear(&t, 1), "one");
	assert_string_equal(talk_hear(&t, 0), "two");
	talk_close(&t);
}

/* Pace and disk are waited for as well; a file can be one of the ends. */
TEST(a_relay_in_one_call_waits_for_all_there_is)
{
	const struct pour_opts flow = { .rate = 10 << 20,
					.burst = 10000,
					.flags = POUR_NODISK };
	const struct pour_relay_opts opts = {
		.flow = {&flow, NULL},
                  .idle_ms = 60000
	};
	struct pour_duplex side[2] = { 0 };
	struct pour_account account[2];
	struct pour_relay r;
	int file = memfd_create("file", MFD_CLOEXEC), s[2];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_int_equal(ftruncate(file, 50000), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	side[0].in = pour_file_at(file, 0);
	assert_int_equal(pour_end_of(&side[0].out, null), 0);
	side[1] = pour_duplex(s[0]);
	assert_int_equal(send(s[1], "back", 4, 0), 4);
	assert_int_equal(shutdown(s[1], SHUT_WR), 0);
	fake.answers_set = true;
	fake.answers_call = FAKE_CACHED;
	fake.answers = -EAGAIN;
	assert_int_equal(pour_relay_begin(&r, side, &opts), 0);
	assert_int_equal(pour_relay_run(&r), 0);
	pour_relay_account(&r, 0, &account[0]);
	pour_relay_account(&r, 1, &account[1]);
	assert_int_equal(account[0].delivered, 50000);
	assert_true(account[0].waits[4] > 0);
	assert_true(account[0].waits[5] > 0);
	assert_int_equal(account[1].delivered, 4);
	pour_relay_finish(&r);
	assert_int_equal(close(file) | close(null), 0);
	assert_int_equal(close(s[0]) | close(s[1]), 0);
}

static int64_t not_now(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)context;
	(void)buf;
	(void)size;
	(void)ret_poll;
	return -EAGAIN;
}

/* Nothing could ever wake it: said, and not spun on. */
TEST(functions_without_a_descriptor_end_a_relay_in_one_call)
{
	struct pour_duplex side[2] = { 0 };
	struct pour_relay r;

	for (int i = 0; i < 2; i++) {
		side[i].in = pour_from(not_now, NULL, -1);
		side[i].out = pour_to(take, NULL, -1);
	}
	assert_int_equal(pour_relay_begin(&r, side, NULL), 0);
	assert_int_equal(pour_relay_run(&r), -EAGAIN);
	pour_relay_finish(&r);
}

TEST(a_relay_in_one_call_can_be_cancelled)
{
	struct pour_relay_opts opts = { .flags = POUR_CANCELLABLE };
	struct talk t;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "x", 1), 1);
	opts.cancel_fd = fd[0];
	talk_open(&t, AF_UNIX, &opts);
	assert_int_equal(pour_relay_run(&t.relay), -ECANCELED);
	talk_close(&t);
	assert_int_equal(close(fd[0]) | close(fd[1]), 0);
}

TEST_MAIN()

/* ── Level-triggered ── */

/* By level-triggered readiness a short read need not be asked about again. */
TEST(a_short_read_is_believed_where_the_level_tells)
{
	const struct pour_opts flow = { .flags = POUR_LEVEL };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	struct talk t;

	talk_open(&t, AF_UNIX, &opts);
	talk_step(&t);
	for (unsigned i = 0; i < 10; i++) {
		talk_say(&t, 0, "hello");
		assert_int_equal(
			pour_relay_step_for(&t.relay, t.ours[0], POLLIN),
			POUR_WANT_SRC);
		assert_int_equal(fake.calls[FAKE_READ], 2 + i + 1);
	}
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 1), 0);
	talk_close(&t);
}

/* Not where the end is known to stand behind it: one step brings both. */
TEST(a_short_read_is_not_believed_before_the_end)
{
	const struct pour_opts flow = { .flags = POUR_LEVEL };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	struct talk t;

	talk_open(&t, AF_UNIX, &opts);
	talk_step(&t);
	talk_say(&t, 0, "hello");
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN | POLLRDHUP);
	assert_int_equal(talk_account(&t, 0)->delivered, 5);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_SOURCE);
	talk_close(&t);
}
