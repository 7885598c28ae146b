/* SPDX-License-Identifier: MIT */
/* Chunks around what a reader says, whatever memory they are asked for in. */
#include "http/chunked.h"

#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "test.h"

/* Says its text in pieces, and then ends as it was told to. */
struct teller {
	const char *text;
	size_t piece;
	int64_t end;
};

static int64_t tell(void *context, void *buf, size_t size, short *ret_poll)
{
	struct teller *t = context;
	size_t left = strlen(t->text), n = MIN(left, t->piece);

	(void)ret_poll;
	n = MIN(n, size);
	memcpy(buf, t->text, n);
	t->text += n;
	return n > 0 ? (int64_t)n : t->end;
}

/* All that comes, asked for in so many bytes at a time; how it ended. */
static int64_t read_all(struct teller *t, size_t size, char *ret)
{
	struct chunked c;
	short events = 0;
	int64_t n;

	chunked_init(&c, tell, t);
	while ((n = chunked_read(&c, ret, size, &events)) > 0) {
		assert_true((size_t)n <= size);
		ret += n;
	}
	*ret = '\0';
	if (n == 0)
		assert_int_equal(chunked_read(&c, ret, size, &events), 0);
	return n;
}

/* The body again, as a strict reader sees it; false: that is no row of chunks. */
static bool unframe(const char *at, char *ret)
{
	for (;;) {
		size_t n = 0, digits = strspn(at, "0123456789abcdef");

		for (size_t i = 0; i < digits; i++)
			n = n * 16 + (size_t)(at[i] <= '9' ? at[i] - '0'
							   : at[i] - 'a' + 10);
		if (digits == 0 || (digits > 1 && *at == '0') ||
		    strncmp(at + digits, "\r\n", 2) != 0)
			return false;
		at += digits + 2;
		if (n == 0)
			break;
		memcpy(ret, at, n);
		ret += n;
		if (strncmp(at + n, "\r\n", 2) != 0)
			return false;
		at += n + 2;
	}
	*ret = '\0';
	return strcmp(at, "\r\n") == 0;
}

TEST(a_body_is_framed)
{
	struct teller t = { "hello, world", 5, 0 };
	char got[256];

	assert_int_equal(read_all(&t, sizeof(got), got), 0);
	assert_string_equal(got, "5\r\nhello\r\n5\r\n, wor\r\n2\r\nld\r\n"
				 "0\r\n\r\n");
	t = (struct teller){ "", 5, 0 };
	assert_int_equal(read_all(&t, sizeof(got), got), 0);
	assert_string_equal(got, "0\r\n\r\n");
}

TEST(any_memory_will_do)
{
	static char text[1001], got[20000], body[2000];

	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	for (size_t size = 1; size < 700; size++) {
		for (size_t piece = 1; piece < 600; piece = piece * 3 + 1) {
			struct teller t = { text, piece, 0 };

			assert_int_equal(read_all(&t, size, got), 0);
			if (!unframe(got, body))
				fail_msg("%zu in %zu: %s", piece, size, got);
			assert_string_equal(body, text);
		}
	}
}

TEST(a_failure_has_no_last_chunk)
{
	struct teller t = { "abc", 3, -EIO };
	char got[256];

	assert_int_equal(read_all(&t, sizeof(got), got), -EIO);
	assert_string_equal(got, "3\r\nabc\r\n");
	t = (struct teller){ "abc", 3, -EAGAIN };
	assert_int_equal(read_all(&t, 1, got), -EAGAIN);
	assert_string_equal(got, "3\r\nabc\r\n");
}

static int64_t boast(void *context, void *buf, size_t size, short *ret_poll)
{
	(void)context;
	(void)buf;
	(void)ret_poll;
	return (int64_t)size + 1;
}

TEST(more_than_there_is_room_for_is_not_believed)
{
	struct chunked c;
	char buf[100];
	short events;

	chunked_init(&c, boast, NULL);
	assert_int_equal(chunked_read(&c, buf, sizeof(buf), &events),
			 -EOVERFLOW);
}

TEST_MAIN()
