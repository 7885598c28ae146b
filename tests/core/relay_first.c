/* SPDX-License-Identifier: MIT */
/* What goes first, who is stepped, and how a relay is broken off. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pour.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.h"
#include "fake_sys.h"
#include "relay_kit.h"
#include "test.h"

/* Begins the relay of a talk anew, with bytes that go before all else. */
static void begin_with(struct talk *t, const char *head, const char *buffered,
		       const struct pour_relay_opts *opts)
{
	struct pour_duplex side[2];

	talk_open(t, AF_UNIX, opts);
	pour_relay_finish(&t->relay);
	for (int i = 0; i < 2; i++)
		side[i] = pour_duplex(t->ours[i]);
	side[1].head = head;
	side[1].head_size = head ? strlen(head) : 0;
	side[0].buffered = buffered;
	side[0].buffered_size = buffered ? strlen(buffered) : 0;
	assert_int_equal(pour_relay_begin(&t->relay, side, opts), 0);
}

/* ── Head and buffered bytes ── */

TEST(case80_a_head_goes_before_what_a_parser_held)
{
	struct talk t;

	begin_with(&t, "PROXY ", "GET / ", NULL);
	assert_int_equal(pour_relay_pending(&t.relay, 0), 12);
	assert_int_equal(pour_relay_pending(&t.relay, 1), 0);
	assert_string_equal(talk_hear(&t, 1), "PROXY GET / ");
	assert_int_equal(pour_relay_pending(&t.relay, 0), 0);
	for (int i = 0; i < 3; i++) {
		talk_say(&t, 0, "and more");
		assert_string_equal(talk_hear(&t, 1), "and more");
	}
	assert_int_equal(talk_account(&t, 0)->head, 6);
	assert_int_equal(talk_account(&t, 0)->delivered, 6 + 3 * 8);
	assert_int_equal(talk_account(&t, 1)->head, 0);
	talk_close(&t);
}

/* While they cannot go the transfer stays, and then it does not. */
TEST(a_head_that_has_to_wait_is_held)
{
	struct pour_relay_opts opts = { .reset_ms = 1 };
	static char bytes[65536];
	struct talk t;

	assert_int_equal(pour_pool_new(&opts.pool, 0, 0), 0);
	begin_with(&t, "head", "held", &opts);
	while (send(t.ours[1], bytes, sizeof(bytes), 0) > 0)
		continue;
	talk_step(&t);
	assert_int_equal(pour_relay_pending(&t.relay, 0), 8);
	assert_int_equal(pour_pool_lent(opts.pool), 1);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[1]),
			 POLLIN | POLLOUT);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), 0);
	(void)talk_drain(&t, 1);
	assert_int_equal(talk_account(&t, 0)->head, 4);
	assert_int_equal(talk_account(&t, 0)->delivered, 4);
	assert_int_equal(pour_pool_lent(opts.pool), 0);
	talk_close(&t);
	assert_null(pour_pool_free(opts.pool));
}

/* One option is for many relays; what belongs to one of them is refused. */
TEST(options_with_what_belongs_to_one_transfer_are_refused)
{
	static struct pour_acks acks;
	const struct pour_opts bad[] = {
		{.head = "x",      .head_size = 1 },
		{ .tail = "x",               .tail_size = 1 },
		{ .buffered = "x",.buffered_size = 1 },
		{ .acks = &acks},
		{ .methods = 1 << POUR_BY_RANGE              },
	};
	struct pour_duplex side[2] = { 0 };
	struct pour_relay r;
	int s[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s),
			 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct pour_relay_opts opts = { .flow = { &bad[i] } };

		side[0] = pour_duplex(s[0]);
		side[1] = pour_duplex(s[1]);
		assert_int_equal(pour_relay_begin(&r, side, &opts), -EINVAL);
		assert_int_equal(pour_relay_step(&r), -EINVAL);
		pour_relay_finish(&r);
	}
	side[0].reserved[1] = 1;
	assert_int_equal(pour_relay_begin(&r, side, NULL), -EINVAL);
	assert_int_equal(close(s[0]) | close(s[1]), 0);
}

/* ── Who is stepped ── */

TEST(only_what_waits_for_an_event_is_stepped)
{
	struct talk t;

	talk_open(&t, AF_UNIX, NULL);
	talk_step(&t);
	assert_int_equal(fake.calls[FAKE_READ], 2);
	talk_say(&t, 0, "hello");
	/* The other descriptor has nothing to say. */
	(void)pour_relay_step_for(&t.relay, t.ours[1], 0);
	assert_int_equal(fake.calls[FAKE_READ], 2);
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLOUT);
	assert_int_equal(fake.calls[FAKE_READ], 2);
	assert_int_equal(pour_relay_step_for(&t.relay, t.ours[0], POLLIN),
			 POUR_WANT_SRC);
	assert_int_equal(fake.calls[FAKE_READ], 4); /* and found it empty */
	assert_int_equal(talk_account(&t, 0)->delivered, 5);
	assert_int_equal(talk_account(&t, 1)->waits[0], 1);
	talk_close(&t);
}

TEST(the_first_step_is_for_both_whatever_the_event)
{
	struct talk t;

	talk_open(&t, AF_UNIX, NULL);
	talk_say(&t, 0, "to");
	talk_say(&t, 1, "back");
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_int_equal(talk_account(&t, 0)->delivered, 2);
	assert_int_equal(talk_account(&t, 1)->delivered, 4);
	talk_close(&t);
}

/* Where the level tells, who has not been reported is not asked. */
TEST(the_first_step_is_for_whom_the_level_reports)
{
	const struct pour_opts flow = { .flags = POUR_LEVEL };
	const struct pour_relay_opts opts = {
		.flow = {&flow, &flow}
	};
	struct talk t;

	talk_open(&t, AF_UNIX, &opts);
	talk_say(&t, 0, "to");
	talk_say(&t, 1, "back");
	(void)pour_relay_step_for(&t.relay, t.ours[0], POLLIN);
	assert_int_equal(talk_account(&t, 0)->delivered, 2);
	assert_int_equal(fake.calls[FAKE_READ], 1);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[1]), POLLIN);
	(void)pour_relay_step_for(&t.relay, t.ours[1], POLLIN);
	assert_int_equal(talk_account(&t, 1)->delivered, 4);
	talk_close(&t);
}

static void send_all(int fd, const char *bytes, size_t n)
{
	assert_int_equal(send(fd, bytes, n, 0), n);
}

/* One direction that never pauses leaves the other its turns. */
TEST(a_stream_does_not_starve_the_other_direction)
{
	static char bytes[150000];
	struct talk t;

	talk_open(&t, AF_UNIX, NULL);
	for (int i = 0; i < 20; i++) {
		send_all(t.peer[0], bytes, sizeof(bytes));
		talk_say(&t, 1, "me too");
		assert_true(pour_relay_step(&t.relay) > 0);
		assert_int_equal(talk_account(&t, 1)->delivered, 6 * (i + 1));
		(void)talk_drain(&t, 1);
	}
	talk_close(&t);
}

/* ── Broken off ── */

static int error_at(const struct talk *t, int side)
{
	struct pollfd fd = { .fd = t->peer[side], .events = POLLIN };
	char byte;

	(void)poll(&fd, 1, 1000);
	return recv(t->peer[side], &byte, 1, 0) < 0 ? errno : 0;
}

TEST(an_abort_resets_both)
{
	struct talk t;

	talk_open(&t, AF_INET, NULL);
	talk_say(&t, 0, "hello");
	assert_string_equal(talk_hear(&t, 1), "hello");
	pour_relay_abort(&t.relay);
	assert_int_equal(pour_relay_step(&t.relay), -ECANCELED);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_CANCELLED);
	assert_int_equal(talk_account(&t, 1)->ended, POUR_ENDED_CANCELLED);
	assert_int_equal(talk_account(&t, 0)->delivered, 5);
	talk_close_ours(&t);
	assert_int_equal(error_at(&t, 0), ECONNRESET);
	assert_int_equal(error_at(&t, 1), ECONNRESET);
	talk_close(&t);
}

/* With bytes on the way as well; what it lent comes back. */
TEST(an_abort_half_way_gives_everything_back)
{
	struct pour_relay_opts opts = { .reset_ms = 1 };
	struct talk t;

	assert_int_equal(pour_pool_new(&opts.pool, 0, 0), 0);
	talk_open(&t, AF_UNIX, &opts);
	(void)talk_fill(&t, 0);
	assert_true(pour_relay_pending(&t.relay, 0) > 0);
	pour_relay_abort(&t.relay);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_CANCELLED);
	assert_true(talk_account(&t, 0)->taken >
		    talk_account(&t, 0)->delivered);
	talk_close(&t);
	assert_int_equal(pour_pool_lent(opts.pool), 0);
	assert_null(pour_pool_free(opts.pool));
}

static void reset_peer(struct talk *t, int side)
{
	const struct linger none = { 1, 0 };

	assert_int_equal(setsockopt(t->peer[side], SOL_SOCKET, SO_LINGER, &none,
				    sizeof(none)),
			 0);
	assert_int_equal(close(t->peer[side]), 0);
	t->peer[side] = -1;
}

/* A client that said all it had to say, waits for the answer, and is reset:
 * no read and no write would tell, for hours. */
TEST(case81_a_lonely_half_hears_of_a_reset)
{
	struct talk t;
	struct pollfd fd;

	talk_open(&t, AF_INET, NULL);
	assert_int_equal(shutdown(t.peer[0], SHUT_WR), 0);
	assert_int_equal(talk_end(&t, 1), 0);
	fd.fd = t.ours[0];
	fd.events = pour_relay_events(&t.relay, fd.fd);
	assert_int_equal(fd.events, POLLERR);
	assert_int_equal(poll(&fd, 1, 0), 0); /* it does not spin */
	reset_peer(&t, 0);
	assert_int_equal(poll(&fd, 1, 1000), 1);
	(void)pour_relay_step_for(&t.relay, fd.fd, fd.revents);
	assert_true(talk_over(&t) < 0);
	assert_int_equal(talk_account(&t, 1)->side, POUR_SIDE_DST);
	assert_int_equal(talk_account(&t, 1)->ended, POUR_ENDED_FAILED);
	assert_int_equal(talk_account(&t, 0)->ended, POUR_ENDED_SOURCE);
	talk_close_ours(&t);
	/* It had its end already, and is told by its next write. */
	assert_int_equal(send(t.peer[1], "x", 1, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	talk_close(&t);
}

/* A unix peer that closed is no reset: what it asked for is still done. */
TEST(a_unix_peer_may_say_its_word_and_go)
{
	struct talk t;

	talk_open(&t, AF_UNIX, NULL);
	talk_say(&t, 0, "last will");
	assert_int_equal(close(t.peer[0]), 0);
	t.peer[0] = -1;
	assert_string_equal(talk_hear(&t, 1), "last will");
	assert_int_equal(talk_end(&t, 1), 0);
	assert_int_equal(pour_relay_events(&t.relay, t.ours[0]), 0);
	assert_int_equal(shutdown(t.peer[1], SHUT_WR), 0);
	assert_int_equal(talk_over(&t), 0);
	talk_close(&t);
}

/* ── An end that is not connected yet ── */

/* A listener whose queue is full: the next SYN is dropped, and comes again. */
static int busy_listener(struct sockaddr_in *ret, int *ret_filler)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(*ret);

	*ret = (struct sockaddr_in){ .sin_family = AF_INET };
	ret->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (void *)ret, sizeof(*ret)), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (void *)ret, &len), 0);
	*ret_filler = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*ret_filler, (void *)ret, sizeof(*ret)), 0);
	return fd;
}

/* shutdown() would break the connection off, and lose the banner. */
TEST(a_half_close_waits_for_the_connection)
{
	struct pour_duplex side[2];
	struct sockaddr_in to;
	struct pour_relay r;
	int client[2], filler, server, listener = busy_listener(&to, &filler);
	char buf[16] = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	ends_tcp_pair(client);
	assert_int_equal(fcntl(client[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(connect(fd, (void *)&to, sizeof(to)), -1);
	side[0] = pour_duplex(client[0]);
	side[1] = pour_duplex(fd);
	assert_int_equal(pour_relay_begin(&r, side, NULL), 0);
	assert_int_equal(shutdown(client[1], SHUT_WR), 0);
	assert_true(pour_relay_step(&r) & POUR_WANT_DST);
	assert_int_equal(pour_relay_events(&r, fd), POLLIN | POLLOUT);
	assert_int_equal(close(accept(listener, NULL, NULL)), 0);
	server = accept(listener, NULL, NULL); /* of the second SYN */
	assert_int_equal(send(server, "banner", 6, 0), 6);
	assert_int_equal(close(server), 0);
	assert_int_equal(pour_relay_run(&r), 0);
	assert_int_equal(recv(client[1], buf, sizeof(buf), 0), 6);
	assert_string_equal(buf, "banner");
	pour_relay_finish(&r);
	assert_int_equal(close(fd) | close(filler) | close(listener), 0);
	assert_int_equal(close(client[0]) | close(client[1]), 0);
}

TEST_MAIN()
