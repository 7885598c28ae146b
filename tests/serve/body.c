/* SPDX-License-Identifier: MIT */
/* Bodies that a function makes, on their way through a socket. */
#include "serve/body.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "net/addr.h"
#include "net/sock.h"
#include "serve/compose.h"
#include "test.h"
#include "way.h"

static int calls;

/* Three words, a turn of the loop between each. */
static int64_t words(void *context, void *buf, size_t size, short *ret_poll)
{
	static const char *const text[] = { "one ", "two ", "three" };

	(void)context;
	(void)ret_poll;
	if (calls >= 6)
		return 0;
	if (calls++ % 2 == 1)
		return -EINTR;
	assert_true(size > 5);
	memcpy(buf, text[calls / 2], strlen(text[calls / 2]));
	return (int64_t)strlen(text[calls / 2]);
}

TEST(a_function_is_sent_in_chunks)
{
	struct way *w = way_new();
	const struct pour_account *account;

	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), words, way_over, w);
	assert_int_equal(way_go(w), 0);
	assert_non_null(strstr(w->got, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_null(strstr(w->got, "Content-Length"));
	assert_null(strstr(w->got, "Connection"));
	assert_string_equal(way_body(w), "4\r\none \r\n4\r\ntwo \r\n"
					 "5\r\nthree\r\n0\r\n\r\n");
	assert_true(w->turns >= 2);
	account = send_account(&w->send);
	assert_int_equal(account->ended, POUR_ENDED_SOURCE);
	assert_int_equal(account->moved[POUR_BY_COPY], strlen(way_body(w)));
	assert_int_equal(w->overs, 0);
	answer_finish(&w->answer, &w->cache);
	assert_int_equal(w->overs, 1);
	way_free(w);
}

TEST(or_as_it_is_to_old_clients)
{
	struct way *w = way_new();

	w->answer.old = true;
	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), words, NULL, w);
	assert_true(w->answer.close);
	assert_int_equal(way_go(w), 0);
	assert_null(strstr(w->got, "Transfer-Encoding"));
	assert_non_null(strstr(w->got, "\r\nConnection: close\r\n"));
	assert_string_equal(way_body(w), "one two three");
	way_free(w);
}

TEST(a_head_calls_no_function)
{
	struct way *w = way_new();

	w->answer.head_only = true;
	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), words, way_over, w);
	assert_int_equal(way_go(w), 0);
	assert_int_equal(calls, 0);
	assert_non_null(strstr(w->got, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_string_equal(way_body(w), "");
	answer_finish(&w->answer, &w->cache);
	assert_int_equal(w->overs, 1);
	way_free(w);
}

static int64_t breaks(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)context;
	(void)size;
	(void)ret_poll;
	if (calls++ > 0)
		return -EIO;
	memcpy(buf, "abc", 3);
	return 3;
}

TEST(a_function_that_fails_is_not_ended_well)
{
	struct way *w = way_new();

	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), breaks, way_over, w);
	assert_int_equal(way_go(w), -EIO);
	assert_string_equal(way_body(w), "3\r\nabc\r\n");
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_FAILED);
	assert_int_equal(send_account(&w->send)->side, POUR_SIDE_SRC);
	way_free(w);
}

/* The same over TCP, to an old client: how its connection ends. */
static int end_seen_by_an_old_client(body_reader *reader)
{
	struct addr a[2];
	struct way *w = way_new();
	const char *why;
	int listener, seen;

	(void)close(w->fd[0]);
	(void)close(w->fd[1]);
	assert_int_equal(addr_parse("127.0.0.1:0", a, &why), 1);
	assert_int_equal(sock_listen(a, &listener, 1), 0);
	w->fd[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(w->fd[1], &a->sa, a->len), 0);
	w->fd[0] = sock_accept(listener, NULL);
	assert_true(w->fd[0] >= 0);
	(void)close(listener);
	w->answer.old = true;
	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), reader, NULL, w);
	assert_int_equal(send_begin(&w->send, w->fd[0], w->pool, &w->answer),
			 0);
	while (send_step(&w->send, false) > 0)
		;
	send_finish(&w->send);
	(void)close(w->fd[0]);
	while (recv(w->fd[1], w->got, sizeof(w->got), 0) > 0)
		errno = 0;
	seen = errno;
	w->fd[0] = dup(w->fd[1]);
	way_free(w);
	return seen;
}

TEST(what_fails_does_not_look_complete)
{
	assert_int_equal(end_seen_by_an_old_client(breaks), ECONNRESET);
	assert_int_equal(end_seen_by_an_old_client(words), 0);
}

static int64_t endless(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)context;
	(void)ret_poll;
	memset(buf, 'x', size);
	return (int64_t)size;
}

/* Between two turns it brings some hundred KiB and no more. */
TEST(a_function_does_not_hold_the_loop)
{
	struct way *w = way_new();
	uint64_t before = 0;
	int want = POUR_WANT_CPU;

	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), endless, NULL, w);
	assert_int_equal(send_begin(&w->send, w->fd[0], w->pool, &w->answer),
			 0);
	for (int i = 0; i < 100; i++) {
		want = send_step(&w->send, false);
		assert_true(want > 0);
		assert_true(send_moved(&w->send) - before < 300 * 1024);
		before = send_moved(&w->send);
		w->got_len = 0;
		way_receive(w);
	}
	send_finish(&w->send);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_CANCELLED);
	way_free(w);
}

TEST_MAIN()
