/* SPDX-License-Identifier: MIT */
/* Answers in one piece: in a call where they can, by a transfer where not. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"
#include "way.h"

#define HEAD "HTTP/1.1 200 OK\r\n\r\n"

enum { HEAD_LEN = sizeof(HEAD) - 1, BODY_LEN = 40 * 1000 };

static char piece[HEAD_LEN + BODY_LEN], apart[BODY_LEN];

static void fill(void)
{
	memcpy(piece, HEAD, HEAD_LEN);
	for (size_t i = 0; i < BODY_LEN; i++)
		apart[i] = piece[HEAD_LEN + i] = (char)('a' + i % 23);
}

/* Its head is in the piece; body says where the rest is. */
static struct way *way_with(const char *body)
{
	struct way *w = way_new();

	fill();
	w->answer.head = text_over(piece, HEAD_LEN);
	w->answer.head.len = HEAD_LEN;
	body_memory(&w->answer.body, body, BODY_LEN);
	return w;
}

static struct way *way_in_one_piece(void)
{
	return way_with(piece + HEAD_LEN);
}

static int begin(struct way *w)
{
	return send_begin(&w->send, w->fd[0], w->pool, &w->answer);
}

static void assert_all_got(const struct way *w)
{
	assert_int_equal(w->got_len, sizeof(piece));
	assert_memory_equal(w->got, piece, sizeof(piece));
}

/* What of an account is a sum of bytes, and how it ended. */
static void assert_whole(const struct pour_account *a)
{
	assert_true(a->head == HEAD_LEN);
	assert_true(a->taken == BODY_LEN && a->delivered == BODY_LEN);
	assert_true(a->moved[POUR_BY_COPY] == BODY_LEN);
	assert_int_equal(a->ended, POUR_ENDED_LIMIT);
	assert_int_equal(a->error, 0);
	assert_int_equal(a->side, POUR_SIDE_NONE);
}

TEST(its_account_is_that_of_a_transfer)
{
	struct way *w = way_in_one_piece(), *other = way_with(apart);
	struct pour_account a, b;

	assert_int_equal(way_go(w), 0);
	assert_true(w->send.whole);
	assert_all_got(w);
	assert_whole(send_account(&w->send));
	assert_int_equal(send_account(&w->send)->calls[POUR_BY_COPY], 1);
	assert_int_equal(way_go(other), 0);
	assert_false(other->send.whole);
	assert_all_got(other);
	/* They differ in calls: two pieces take more of them. */
	a = *send_account(&w->send);
	b = *send_account(&other->send);
	a.calls[POUR_BY_COPY] = b.calls[POUR_BY_COPY] = 0;
	assert_memory_equal(&a, &b, sizeof(a));
	way_free(w);
	way_free(other);
}

TEST(what_does_not_go_at_once_goes_later)
{
	struct way *w = way_in_one_piece();
	const int small = 4096;

	assert_int_equal(setsockopt(w->fd[0], SOL_SOCKET, SO_SNDBUF, &small,
				    sizeof(small)),
			 0);
	assert_int_equal(way_go(w), 0);
	assert_false(w->send.whole);
	assert_all_got(w);
	assert_whole(send_account(&w->send));
	assert_true(send_account(&w->send)->waits[1] > 0);
	way_free(w);
}

TEST(nor_does_a_socket_without_room_lose_any)
{
	struct way *w = way_in_one_piece();
	char other[4096] = { 0 };

	while (send(w->fd[0], other, sizeof(other), MSG_DONTWAIT) > 0)
		continue;
	assert_int_equal(begin(w), 0);
	assert_int_equal(send_step(&w->send, false), POUR_WANT_DST);
	assert_true(send_moved(&w->send) == 0);
	while (recv(w->fd[1], other, sizeof(other), MSG_DONTWAIT) > 0)
		continue;
	assert_int_equal(send_step(&w->send, false), 0);
	assert_true(send_moved(&w->send) == sizeof(piece));
	send_finish(&w->send);
	assert_whole(send_account(&w->send));
	way_receive(w);
	assert_all_got(w);
	way_free(w);
}

TEST(a_peer_that_left_is_told_of)
{
	struct way *w = way_in_one_piece();

	assert_int_equal(shutdown(w->fd[1], SHUT_RDWR), 0);
	assert_int_equal(way_go(w), -EPIPE);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_FAILED);
	assert_int_equal(send_account(&w->send)->side, POUR_SIDE_DST);
	assert_int_equal(send_account(&w->send)->error, EPIPE);
	assert_true(send_moved(&w->send) == 0);
	way_free(w);
}

/* And leaves nothing behind for the next one of its connection. */
TEST(one_that_is_given_up_was_cancelled)
{
	struct way *w = way_in_one_piece();

	assert_int_equal(begin(w), 0);
	send_finish(&w->send);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_CANCELLED);
	assert_int_equal(send_account(&w->send)->error, ECANCELED);
	assert_true(send_moved(&w->send) == 0);
	assert_int_equal(way_go(w), 0);
	assert_whole(send_account(&w->send));
	way_free(w);
}

TEST(a_rate_bounds_it)
{
	struct way *w = way_in_one_piece();

	assert_int_equal(begin(w), 0);
	assert_true(send_allow(&w->send, POUR_ALL) == POUR_ALL);
	assert_true(send_allow(&w->send, 1000) == POUR_ALL);
	assert_int_equal(send_step(&w->send, false), POUR_WANT_TIME);
	assert_true(send_moved(&w->send) == HEAD_LEN + 1000);
	assert_true(send_allow(&w->send, POUR_ALL) == 0);
	assert_int_equal(send_step(&w->send, false), 0);
	send_finish(&w->send);
	assert_whole(send_account(&w->send));
	way_receive(w);
	assert_all_got(w);
	way_free(w);
}

TEST(a_head_alone_is_a_piece)
{
	struct way *w = way_in_one_piece();

	body_none(&w->answer.body);
	assert_int_equal(way_go(w), 0);
	assert_true(w->send.whole);
	assert_int_equal(w->got_len, HEAD_LEN);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_LIMIT);
	assert_true(send_account(&w->send)->delivered == 0);
	assert_true(send_account(&w->send)->calls[POUR_BY_COPY] == 0);
	way_free(w);
}

TEST_MAIN()
