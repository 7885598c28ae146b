/* SPDX-License-Identifier: MIT */
/* What a TLS client says first, however it is cut into records and reads. */
#include "proxy/hello.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

enum { ROOM = 100 * 1024 };

/* A message that grows; lengths are filled in when a block is closed. */
struct wire {
	size_t len;
	char at[ROOM];
};

static struct wire message, records;

static void put(struct wire *w, const void *bytes, size_t n)
{
	assert_true(w->len + n <= ROOM);
	memcpy(w->at + w->len, bytes, n);
	w->len += n;
}

static void put_number(struct wire *w, size_t number, int n)
{
	while (n-- > 0) {
		char c = (char)(number >> 8 * n);

		put(w, &c, 1);
	}
}

static void put_extension(struct wire *w, unsigned type, const void *bytes,
			  size_t n)
{
	put_number(w, type, 2);
	put_number(w, n, 2);
	put(w, bytes, n);
}

static void put_name(struct wire *w, const char *name)
{
	struct wire *list = calloc(1, sizeof(*list));
	size_t n = strlen(name);

	put_number(list, n + 3, 2);
	put_number(list, 0, 1);
	put_number(list, n, 2);
	put(list, name, n);
	put_extension(w, 0, list->at, list->len);
	free(list);
}

/* A hello around those extensions (NULL: none at all), as one message. */
static void make_message(const struct wire *extensions)
{
	static const char nothing[34];
	struct wire *body = calloc(1, sizeof(*body));

	put(body, "\3\3", 2);
	put(body, nothing, 32);
	put_number(body, 32, 1);
	put(body, nothing, 32);
	put_number(body, 2, 2);
	put(body, "\x13\x01", 2);
	put(body, "\1\0", 2);
	if (extensions != NULL) {
		put_number(body, extensions->len, 2);
		put(body, extensions->at, extensions->len);
	}
	message.len = 0;
	put_number(&message, 1, 1);
	put_number(&message, body->len, 3);
	put(&message, body->at, body->len);
	free(body);
}

/* The message in records of at most size bytes. */
static struct slice cut(size_t size)
{
	records.len = 0;
	for (size_t at = 0; at < message.len; at += size) {
		size_t n = message.len - at < size ? message.len - at : size;

		put(&records, "\x16\3\1", 3);
		put_number(&records, n, 2);
		put(&records, message.at + at, n);
	}
	return (struct slice){ records.at, records.len };
}

/* It is time to parse when it is all there, and not before. */
static void assert_due_at_its_end(struct slice s)
{
	struct hello_scan scan = { .at = 0 };

	for (size_t n = 0; n < s.len; n++)
		assert_false(hello_is_due(&scan, s.at, n));
	assert_true(hello_is_due(&scan, s.at, s.len));
}

/* The answer, which every shorter piece leaves open. */
static int parse(struct hello *ret, struct slice s)
{
	size_t step = 1 + s.len / 2000;
	int whole = hello_parse(ret, s.at, s.len);

	for (size_t n = 0; n < s.len; n += step) {
		int r = hello_parse(ret, s.at, n);

		assert_true(r == HELLO_MORE || r == whole);
		if (whole == 0)
			assert_int_equal(r, HELLO_MORE);
	}
	if (whole == 0)
		assert_due_at_its_end(s);
	return hello_parse(ret, s.at, s.len);
}

static void assert_name(const struct hello *h, const char *name)
{
	assert_true(slice_is((struct slice){ h->name, h->name_len },
			     slice_of(name)));
}

static struct wire *extensions(void)
{
	struct wire *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	return w;
}

TEST(a_name_and_protocols_are_found)
{
	static const size_t sizes[] = { 1, 2, 7, 100, 16384 };
	struct wire *w = extensions();
	struct hello h;

	put_extension(w, 43, "\2\3\4", 3);
	put_name(w, "WWW.Example.org");
	put_extension(w, 16, "\0\x0c\2h2\x08http/1.1", 14);
	make_message(w);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(parse(&h, cut(sizes[i])), 0);
		assert_name(&h, "www.example.org");
		assert_true(hello_offers(&h, SLICE("h2")));
		assert_true(hello_offers(&h, SLICE("http/1.1")));
		assert_false(hello_offers(&h, SLICE("h")));
		assert_false(hello_offers(&h, SLICE("")));
	}
	free(w);
}

TEST(a_hello_may_name_nobody)
{
	struct wire *w = extensions();
	struct hello h;

	make_message(NULL);
	assert_int_equal(parse(&h, cut(16384)), 0);
	assert_int_equal(h.name_len + h.alpn_len, 0);
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), 0);
	assert_int_equal(h.name_len + h.alpn_len, 0);
	free(w);
}

TEST(a_hello_may_be_longer_than_a_record)
{
	static char padding[40000];
	struct wire *w = extensions();
	struct hello h;

	put_extension(w, 21, padding, sizeof(padding));
	put_name(w, "far.example");
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), 0);
	assert_name(&h, "far.example");
	free(w);
}

TEST(what_never_ends_is_refused)
{
	static char padding[65000];
	struct wire *w = extensions();
	struct hello h;

	put_extension(w, 21, padding, sizeof(padding));
	make_message(w);
	(void)cut(100);
	assert_int_equal(hello_parse(&h, records.at, HELLO_MAX - 1),
			 HELLO_MORE);
	assert_int_equal(hello_parse(&h, records.at, HELLO_MAX), -EPROTO);
	free(w);
}

TEST(a_dot_at_the_end_is_none_of_the_name)
{
	struct wire *w = extensions();
	struct hello h;

	put_name(w, "a.b.");
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), 0);
	assert_name(&h, "a.b");
	free(w);
}

TEST(other_protocols_are_not_tls)
{
	struct hello h;

	assert_int_equal(parse(&h, SLICE("GET / HTTP/1.1\r\n")), HELLO_NOT_TLS);
	assert_int_equal(parse(&h, SLICE("SSH-2.0-x\r\n")), HELLO_NOT_TLS);
	assert_int_equal(parse(&h, SLICE("\x80\x2e\x01\x03\x01")),
			 HELLO_NOT_TLS); /* of SSL 2 */
	assert_int_equal(parse(&h, SLICE("\x16\x02")), HELLO_NOT_TLS);
	assert_int_equal(hello_parse(&h, "\x16", 1), HELLO_MORE);
	assert_int_equal(hello_parse(&h, "", 0), HELLO_MORE);
}

/* ── What began as TLS and is malformed ── */

static void refused_extension(unsigned type, const void *bytes, size_t n)
{
	struct wire *w = extensions();
	struct hello h;

	put_extension(w, type, bytes, n);
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), -EPROTO);
	free(w);
}

#define REFUSED(type, literal)                                                 \
	refused_extension(type, literal, sizeof(literal) - 1)

TEST(malformed_names_are_refused)
{
	REFUSED(0, "");
	REFUSED(0, "\0");
	REFUSED(0, "\0\1\0");
	REFUSED(0, "\0\3\0\0\0");           /* an empty name */
	REFUSED(0, "\0\4\0\0\2a");          /* longer than its list */
	REFUSED(0, "\0\4\0\0\1ab");         /* a list that is shorter */
	REFUSED(0, "\0\5\0\0\1a");          /* a list that is longer */
	REFUSED(0, "\0\4\0\0\1 ");          /* a space */
	REFUSED(0, "\0\5\0\0\2a\0");        /* a NUL */
	REFUSED(0, "\0\4\0\0\1\xe4");       /* not ASCII */
	REFUSED(0, "\0\x08\0\0\1a\0\0\1b"); /* two names */
}

TEST(malformed_protocols_are_refused)
{
	REFUSED(16, "");
	REFUSED(16, "\0\1\0");   /* an empty name */
	REFUSED(16, "\0\2\2a");  /* longer than its list */
	REFUSED(16, "\0\2\1ab"); /* a list that is shorter */
}

TEST(an_extension_comes_once)
{
	struct wire *w = extensions();
	struct hello h;

	put_name(w, "a");
	put_name(w, "a");
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), -EPROTO);
	free(w);
}

TEST(protocols_that_do_not_fit_are_left_out)
{
	static char list[2 + 100 * 9];
	struct wire *w = extensions();
	struct hello h;

	list[0] = (char)((sizeof(list) - 2) >> 8);
	list[1] = (char)((sizeof(list) - 2) & 0xff);
	for (size_t i = 2; i < sizeof(list); i += 9)
		memcpy(list + i, "\x08protocol", 9);
	put_extension(w, 16, list, sizeof(list));
	make_message(w);
	assert_int_equal(parse(&h, cut(16384)), 0);
	assert_true(h.alpn_len <= HELLO_ALPN_MAX);
	assert_true(hello_offers(&h, SLICE("protocol")));
	free(w);
}

TEST(malformed_records_are_refused)
{
	struct hello h;

	make_message(NULL);
	(void)cut(50);
	records.at[0] = 0x16;
	records.at[55] = 0x17; /* the second is of another type */
	assert_int_equal(hello_parse(&h, records.at, records.len), -EPROTO);
	assert_int_equal(parse(&h, SLICE("\x16\3\1\0\0")), -EPROTO);
	assert_int_equal(parse(&h, SLICE("\x16\3\1\x40\1")), -EPROTO);
	assert_int_equal(parse(&h, SLICE("\x16\3\1\0\4\2\0\0\0")), -EPROTO);
	assert_int_equal(parse(&h, SLICE("\x16\3\1\0\4\1\xff\xff\xff")),
			 -EPROTO);
	assert_int_equal(parse(&h, SLICE("\x16\3\1\0\4\1\0\0\0")), -EPROTO);
}

TEST_MAIN()
