/* SPDX-License-Identifier: MIT */
/* The end of a direction: what it goes with, and who says it. */
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pour.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_sys.h"
#include "relay_kit.h"
#include "test.h"

/* Segments that a socket has received. */
static uint32_t segments(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_segs_in;
}

/* The flags of the last send(). */
static int flags_of_send(void)
{
	for (unsigned i = fake.n_log; i-- > 0;)
		if (fake.log[i].call == FAKE_SEND)
			return fake.log[i].flags;
	return 0;
}

/* The first peer says its last word, and that is reported. */
static void say_last(struct talk *t, const char *text, short events)
{
	struct pollfd fd = { .fd = t->ours[0], .events = POLLRDHUP };

	talk_say(t, 0, text);
	assert_int_equal(shutdown(t->peer[0], SHUT_WR), 0);
	assert_int_equal(poll(&fd, 1, 1000), 1);
	(void)pour_relay_step_for(&t->relay, fd.fd, events);
}

TEST(the_last_bytes_and_the_end_are_one_segment)
{
	struct talk t;
	uint32_t before;

	talk_open(&t, AF_INET, NULL);
	talk_step(&t);
	before = segments(t.peer[1]);
	say_last(&t, "goodbye", POLLIN | POLLRDHUP);
	assert_string_equal(talk_hear(&t, 1), "goodbye");
	assert_int_equal(talk_end(&t, 1), 0);
	assert_int_equal(segments(t.peer[1]), before + 1);
	talk_close(&t);
}

TEST(bytes_wait_for_nothing_but_an_end_that_has_come)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	talk_step(&t);
	talk_say(&t, 0, "hello");
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_string_equal(talk_hear(&t, 1), "hello");
	assert_false(flags_of_send() & MSG_MORE);
	/* The end of the other side says nothing of this one. */
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 0), 0);
	talk_say(&t, 0, "still here");
	(void)pour_relay_step_for(&t.relay, t.ours[1], POLLRDHUP);
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_string_equal(talk_hear(&t, 1), "still here");
	assert_false(flags_of_send() & MSG_MORE);
	talk_close(&t);
}

/* What fills a pipe needs no waiting, and SPLICE_F_MORE has its own traps. */
TEST(spliced_bytes_do_not_wait_for_their_end)
{
	const struct pour_tuning at_once = { .stream_after = 1 };
	const struct pour_opts flow = { .tuning = &at_once };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	struct talk t;
	bool is_spliced = false;

	talk_open(&t, AF_INET, &opts);
	talk_say(&t, 0, "the first is copied");
	assert_string_equal(talk_hear(&t, 1), "the first is copied");
	say_last(&t, "goodbye", POLLIN | POLLRDHUP);
	assert_string_equal(talk_hear(&t, 1), "goodbye");
	for (unsigned i = 0; i < fake.n_log; i++) {
		if (fake.log[i].call != FAKE_SPLICE)
			continue;
		is_spliced = true;
		assert_false(fake.log[i].flags & SPLICE_F_MORE);
	}
	assert_true(is_spliced);
	talk_close(&t);
}

/* A reset may have taken the place of the end. */
TEST(bytes_before_an_error_do_not_wait)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	talk_step(&t);
	say_last(&t, "goodbye", POLLIN | POLLRDHUP | POLLERR);
	assert_string_equal(talk_hear(&t, 1), "goodbye");
	assert_false(flags_of_send() & MSG_MORE);
	talk_close(&t);
}

/* What is allowed now must not wait for what is allowed later. */
TEST(bytes_of_a_pace_do_not_wait_for_their_end)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	(void)pour_relay_allow(&t.relay, 0, 4);
	talk_step(&t);
	say_last(&t, "goodbye", POLLIN | POLLRDHUP);
	assert_string_equal(talk_hear(&t, 1), "good");
	assert_false(flags_of_send() & MSG_MORE);
	talk_close(&t);
}

/* Both sides end, the first one first; whether the second end arrives. */
static bool is_last_end_said(const struct pour_relay_opts *opts)
{
	struct talk t;
	struct pollfd fd;
	bool is_said;

	talk_open(&t, AF_INET, opts);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 1), 0);
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(talk_over(&t), 0);
	fd = (struct pollfd){ .fd = t.peer[0], .events = POLLIN };
	is_said = poll(&fd, 1, opts == NULL ? 1000 : 20) == 1;
	/* In the end it always does. */
	talk_close_ours(&t);
	assert_int_equal(talk_end(&t, 0), 0);
	talk_close(&t);
	return is_said;
}

TEST(the_last_end_is_said_by_a_close_that_is_promised)
{
	const struct pour_relay_opts opts = { .flags = POUR_CLOSES };

	assert_true(is_last_end_said(NULL));
	assert_false(is_last_end_said(&opts));
}

TEST_MAIN()
