/* SPDX-License-Identifier: MIT */
/* Bodies of several parts: in a row, with one account over them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "serve/compose.h"
#include "test.h"
#include "way.h"

enum { PART_SIZE = 20000, PARTS = 5 };

/* Part i is of the file from i on; what goes before it is a number. */
static void part(const struct way *w, uint32_t i, struct body_part *ret)
{
	static char head[16];
	int n = snprintf(head, sizeof(head), "<%u>", i);

	ret->head = (struct slice){ head, (size_t)n };
	ret->end = pour_file_at(w->file, i);
	ret->len = i % 2 == 0 ? PART_SIZE : 10;
}

static void next(void *context, struct body_part *ret)
{
	struct way *w = context;

	part(w, (uint32_t)w->overs++, ret);
}

static void begin_parts(struct way *w)
{
	static char bytes[PART_SIZE + PARTS];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 26);
	w->file = memfd_create("file", MFD_CLOEXEC);
	assert_true(w->file >= 0);
	assert_int_equal(write(w->file, bytes, sizeof(bytes)), sizeof(bytes));
	compose_begin(&w->answer, 206);
	compose_none(&w->answer);
	part(w, 0, &w->answer.body.part);
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
	assert_int_equal(way_go(w), 0);
	at = way_body(w);
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
	assert_int_equal(ftruncate(w->file, PART_SIZE + 1), 0);
	assert_int_equal(way_go(w), -ENODATA);
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
