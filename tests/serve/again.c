/* SPDX-License-Identifier: MIT */
/* Several who ask for one file in one turn: what is put together for all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "http/head.h"
#include "serve/manners.h"
#include "test.h"

enum { ASKERS = 8 };

/* All of them in one turn: the cache forgets nothing between them. */
struct turn {
	struct desk *desk;
	struct answer *answers[ASKERS];
	uint32_t n;
};

static void begin(struct turn *t)
{
	*t = (struct turn){ .desk = desk_new() };
}

static struct answer *also(struct turn *t, const char *request)
{
	struct answer *a = calloc(1, sizeof(*a));
	struct head head;

	assert_non_null(a);
	assert_true(t->n < ASKERS);
	t->answers[t->n++] = a;
	head_init(&head);
	assert_int_equal(head_parse(&head, request, strlen(request)), 0);
	answer_begin(a, "Sat, 21 Nov 2026 19:40:02 GMT", false);
	assert_false(answer_request(a, &t->desk->cache, &head));
	return a;
}

static void end(struct turn *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		answer_finish(t->answers[i], &t->desk->cache);
		free(t->answers[i]);
	}
	desk_free(t->desk);
}

static bool are_alike(const struct answer *a, const struct answer *b)
{
	return a->status == b->status && a->head.len == b->head.len &&
	       memcmp(a->head.at, b->head.at, a->head.len) == 0;
}

/* One piece, from the head's first byte to the body's last. */
static bool is_one_piece(const struct answer *a)
{
	const struct pour_end *end = &a->body.part.end;

	return end->kind == POUR_MEMORY &&
	       (const char *)end->memory == a->head.at + a->head.len;
}

TEST(the_head_is_the_same_for_all_and_written_once)
{
	struct answer *first, *second, *third;
	struct turn t;

	begin(&t);
	first = also(&t, "GET /file.txt" HOST END);
	second = also(&t, "GET /file.txt" HOST "Cookie: x\r\n" END);
	third = also(&t, "GET /file.txt?q" HOST END);
	assert_true(are_alike(first, second));
	assert_true(are_alike(first, third));
	assert_false(is_one_piece(first));
	assert_true(is_one_piece(second));
	assert_true(is_one_piece(third));
	assert_ptr_equal(second->head.at, third->head.at);
	assert_true(third->body.len == 10);
	assert_memory_equal(third->body.part.end.memory, "0123456789", 10);
	end(&t);
}

/* Whoever asks in another way is answered in another way. */
TEST(what_is_about_one_request_is_not_given_to_another)
{
	static const char *const others[] = {
		"HEAD /file.txt" HOST END,
		"GET /file.txt" HOST "Connection: close\r\n" END,
		"GET /file.txt HTTP/1.0\r\nConnection: keep-alive\r\n" END,
		"GET /file.txt" HOST "Range: bytes=1-2\r\n" END,
		"GET /file.txt" HOST "If-None-Match: *\r\n" END,
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]) };
	struct answer *plain, *a[OTHERS];
	struct turn t;

	begin(&t);
	(void)also(&t, "GET /file.txt" HOST END);
	plain = also(&t, "GET /file.txt" HOST END);
	for (size_t i = 0; i < OTHERS; i++)
		a[i] = also(&t, others[i]);
	/* Each of them as if he were alone. */
	for (size_t i = 0; i < OTHERS; i++) {
		struct answer *alone = t.desk->answer;

		assert_int_equal(ask(t.desk, others[i]), a[i]->status);
		assert_true(are_alike(a[i], alone));
		assert_true(a[i]->body.len == alone->body.len);
		assert_int_equal(a[i]->close, alone->close);
		assert_ptr_not_equal(a[i]->head.at, plain->head.at);
	}
	end(&t);
}

/* Fields of the site are in it too; one that is too long is written anew. */
TEST(a_head_with_much_in_it_is_not_kept)
{
	static char fields[OPENED_HEAD_SIZE + 64];
	struct manners manners = { 0 };
	struct answer *a;
	struct turn t;

	begin(&t);
	memset(fields, 'x', sizeof(fields));
	memcpy(fields, "X: ", 3);
	memcpy(fields + sizeof(fields) - 2, "\r\n", 2);
	manners.fields = text_over(fields, sizeof(fields));
	manners.fields.len = sizeof(fields);
	t.desk->policy.manners = &manners;
	(void)also(&t, "GET /file.txt" HOST END);
	a = also(&t, "GET /file.txt" HOST END);
	assert_true(a->head.len > sizeof(fields));
	assert_false(is_one_piece(a));
	assert_int_equal(a->body.part.end.kind, POUR_MEMORY);
	end(&t);
}

TEST_MAIN()
