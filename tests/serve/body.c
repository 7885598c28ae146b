/* SPDX-License-Identifier: MIT */
/* Bodies of every kind on their way through a socket, and their account. */
#include "serve/body.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/compose.h"
#include "serve/send.h"
#include "test.h"

/* An answer, the sending of it, and both ends of its socket. */
struct way {
	struct answer answer;
	struct send send;
	struct cache cache;
	struct pour_pool *pool;
	int fd[2];
	int overs;         /* how often it was told that it is over */
	unsigned turns;    /* how often it said "next turn" */
	char got[1 << 20]; /* by the client */
	size_t got_len;
};

/* What parts are of. */
static int file = -1;

static struct way *way_new(void)
{
	struct way *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				    0, w->fd),
			 0);
	assert_int_equal(pour_pool_new(&w->pool, 0, 0), 0);
	answer_begin(&w->answer, "DATE", false);
	return w;
}

static void way_free(struct way *w)
{
	answer_finish(&w->answer, &w->cache);
	assert_int_equal(pour_pool_lent(w->pool), 0);
	(void)pour_pool_free(w->pool);
	(void)close(w->fd[0]);
	(void)close(w->fd[1]);
	if (file >= 0)
		(void)close(file);
	free(w);
}

static void receive(struct way *w)
{
	ssize_t n;

	while ((n = recv(w->fd[1], w->got + w->got_len,
			 sizeof(w->got) - 1 - w->got_len, 0)) > 0)
		w->got_len += (size_t)n;
	w->got[w->got_len] = '\0';
}

/* To its end; how it ended. */
static int go(struct way *w)
{
	int want;

	assert_int_equal(send_begin(&w->send, w->fd[0], w->pool, &w->answer),
			 0);
	while ((want = send_step(&w->send)) > 0) {
		assert_true(want == POUR_WANT_CPU || want == POUR_WANT_DST);
		w->turns += want == POUR_WANT_CPU;
		receive(w);
	}
	receive(w);
	send_finish(&w->send);
	return want;
}

static const char *body_of(const struct way *w)
{
	const char *end = strstr(w->got, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static void over(void *context)
{
	struct way *w = context;

	w->overs++;
}

/* ── Functions ── */

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
	compose_stream(&w->answer, SLICE("text/plain"), words, over, w);
	assert_int_equal(go(w), 0);
	assert_non_null(strstr(w->got, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_null(strstr(w->got, "Content-Length"));
	assert_null(strstr(w->got, "Connection"));
	assert_string_equal(body_of(w), "4\r\none \r\n4\r\ntwo \r\n"
					"5\r\nthree\r\n0\r\n\r\n");
	assert_true(w->turns >= 2);
	account = send_account(&w->send);
	assert_int_equal(account->ended, POUR_ENDED_SOURCE);
	assert_int_equal(account->moved[POUR_BY_COPY], strlen(body_of(w)));
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
	assert_int_equal(go(w), 0);
	assert_null(strstr(w->got, "Transfer-Encoding"));
	assert_non_null(strstr(w->got, "\r\nConnection: close\r\n"));
	assert_string_equal(body_of(w), "one two three");
	way_free(w);
}

TEST(a_head_calls_no_function)
{
	struct way *w = way_new();

	w->answer.head_only = true;
	compose_begin(&w->answer, 200);
	compose_stream(&w->answer, SLICE("text/plain"), words, over, w);
	assert_int_equal(go(w), 0);
	assert_int_equal(calls, 0);
	assert_non_null(strstr(w->got, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_string_equal(body_of(w), "");
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
	compose_stream(&w->answer, SLICE("text/plain"), breaks, over, w);
	assert_int_equal(go(w), -EIO);
	assert_string_equal(body_of(w), "3\r\nabc\r\n");
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_FAILED);
	assert_int_equal(send_account(&w->send)->side, POUR_SIDE_SRC);
	way_free(w);
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
		want = send_step(&w->send);
		assert_true(want > 0);
		assert_true(send_moved(&w->send) - before < 300 * 1024);
		before = send_moved(&w->send);
		w->got_len = 0;
		receive(w);
	}
	send_finish(&w->send);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_CANCELLED);
	way_free(w);
}

/* ── Parts ── */

enum { PART_SIZE = 20000, PARTS = 5 };

/* Part i is of the file from i on; what goes before it is a number. */
static void part(uint32_t i, struct body_part *ret)
{
	static char head[16];
	int n = snprintf(head, sizeof(head), "<%u>", i);

	ret->head = (struct slice){ head, (size_t)n };
	ret->end = pour_file_at(file, i);
	ret->len = i % 2 == 0 ? PART_SIZE : 10;
}

static void next(void *context, struct body_part *ret)
{
	struct way *w = context;

	part((uint32_t)w->overs++, ret);
}

static void begin_parts(struct way *w)
{
	static char bytes[PART_SIZE + PARTS];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 26);
	file = memfd_create("file", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(write(file, bytes, sizeof(bytes)), sizeof(bytes));
	compose_begin(&w->answer, 206);
	compose_none(&w->answer);
	part(0, &w->answer.body.part);
	w->overs = 1;
	w->answer.body.more = PARTS - 1;
	w->answer.body.next = next;
	w->answer.body.context = w;
}

TEST(parts_follow_each_other)
{
	struct way *w = way_new();
	const struct pour_account *account;
	const char *at;

	begin_parts(w);
	assert_int_equal(go(w), 0);
	at = body_of(w);
	for (uint32_t i = 0; i < PARTS; i++) {
		char head[16];
		size_t len = i % 2 == 0 ? PART_SIZE : 10;

		(void)snprintf(head, sizeof(head), "<%u>", i);
		if (i > 0) {
			assert_memory_equal(at, head, strlen(head));
			at += strlen(head);
		}
		for (size_t k = 0; k < len; k++)
			assert_int_equal(at[k], 'a' + (int)((i + k) % 26));
		at += len;
	}
	assert_string_equal(at, "");
	account = send_account(&w->send);
	assert_int_equal(account->ended, POUR_ENDED_LIMIT);
	assert_int_equal(account->delivered, 3 * PART_SIZE + 2 * 10);
	assert_int_equal(account->moved[POUR_BY_SENDFILE], 3 * PART_SIZE);
	assert_int_equal(account->moved[POUR_BY_COPY], 2 * 10);
	assert_int_equal(account->head + account->delivered, w->got_len);
	way_free(w);
}

TEST(a_part_that_ends_early_ends_them_all)
{
	struct way *w = way_new();

	begin_parts(w);
	assert_int_equal(ftruncate(file, PART_SIZE + 1), 0);
	assert_int_equal(go(w), -ENODATA);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_SHORT);
	way_free(w);
}

TEST(parts_that_never_began_are_missing)
{
	struct way *w = way_new();

	begin_parts(w);
	assert_int_equal(send_begin(&w->send, w->fd[0], w->pool, &w->answer),
			 0);
	send_finish(&w->send);
	assert_int_equal(send_account(&w->send)->ended, POUR_ENDED_CANCELLED);
	way_free(w);
}

TEST_MAIN()
