/* SPDX-License-Identifier: MIT */
/* Text that fits, text that does not, and numbers as people write them. */
#include "base/text.h"

#include "test.h"

static void assert_text(const struct text *t, const char *want)
{
	assert_true(slice_is((struct slice){ t->at, t->len }, slice_of(want)));
}

TEST(text_is_built_piece_by_piece)
{
	char memory[64];
	struct text t = text_over(memory, sizeof(memory));

	text_str(&t, "a");
	text_char(&t, ' ');
	text_u64(&t, UINT64_MAX);
	text_char(&t, ' ');
	text_hex(&t, 0xbeef);
	text_char(&t, ' ');
	text_padded(&t, 7, 3);
	text_add(&t, SLICE("!"));
	assert_text(&t, "a 18446744073709551615 beef 007!");
	assert_false(t.full);
}

TEST(text_that_does_not_fit_is_left_out_whole)
{
	char memory[4];
	struct text t = text_over(memory, sizeof(memory));

	text_str(&t, "abc");
	text_str(&t, "de");
	assert_true(t.full);
	assert_text(&t, "abc");
	text_char(&t, 'd');
	assert_text(&t, "abcd");
	assert_true(t.full); /* asked once, at the end */
}

TEST(text_on_the_heap_grows_to_its_bound)
{
	struct text t = text_heap(10000);

	for (int i = 0; i < 10000; i++)
		text_char(&t, 'x');
	assert_false(t.full);
	assert_int_equal(t.len, 10000);
	text_char(&t, 'x');
	assert_true(t.full);
	assert_int_equal(t.len, 10000);
	text_free(&t);
	assert_null(t.at);
}

TEST(sizes_are_read)
{
	static const struct {
		const char *text;
		uint64_t size;
	} good[] = {
		{"0",                     0                },
		{ "17",                   17               },
		{ "4k",                   4096             },
		{ "4K",                   4096             },
		{ "1M",                   1 << 20          },
		{ "3g",                   UINT64_C(3) << 30},
		{ "2T",                   UINT64_C(2) << 40},
		{ "18446744073709551615", UINT64_MAX       },
		{ "18014398509481983k",   UINT64_MAX - 1023},
	};
	static const char *const bad[] = {
		"",
		"k",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1kk",
		"1.5k",
		"1x",
		"18446744073709551616",
		"18014398509481984k",
		"0x10",
	};
	uint64_t n;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(text_size(good[i].text, &n));
		assert_int_equal(n, good[i].size);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = 42;
		assert_false(text_size(bad[i], &n));
		assert_int_equal(n, 42); /* untouched on failure */
	}
}

TEST(seconds_are_read)
{
	uint64_t ms = 42;

	assert_true(text_seconds("0", &ms));
	assert_int_equal(ms, 0);
	assert_true(text_seconds("1.5", &ms));
	assert_int_equal(ms, 1500);
	assert_true(text_seconds("0.05", &ms));
	assert_int_equal(ms, 50);
	assert_true(text_seconds("2.0009", &ms));
	assert_int_equal(ms, 2000);
	assert_false(text_seconds("", &ms));
	assert_false(text_seconds(".5", &ms));
	assert_false(text_seconds("1s", &ms));
	assert_false(text_seconds("-1", &ms));
	assert_false(text_seconds("18446744073709551615", &ms));
}

TEST(digits_are_read)
{
	uint64_t n = 42;

	assert_true(text_digits(SLICE("65535"), 65535, &n));
	assert_int_equal(n, 65535);
	assert_false(text_digits(SLICE("65536"), 65535, &n));
	assert_false(text_digits(SLICE(""), 65535, &n));
	assert_false(text_digits(SLICE("1a"), 65535, &n));
	assert_int_equal(n, 65535);
}

TEST(text_utf8_vectors)
{
	static const struct {
		const char *text;
		size_t len;
	} vectors[] = {
		{"",		      0},
		{ "a",                    1},
		{ "\x7f",                 1},
		{ "\xc3\xa9",             2},
		{ "\xc0\x80",             0}, /* too long for what it is */
		{ "\xc1\xbf",             0},
		{ "\xe0\x9f\xbf",         0},
		{ "\xe0\xa0\x80",         3},
		{ "\xed\x9f\xbf",         3},
		{ "\xed\xa0\x80",         0}, /* half of a pair */
		{ "\xee\x80\x80",         3},
		{ "\xf0\x8f\xbf\xbf",     0},
		{ "\xf0\x9f\x98\x80",     4},
		{ "\xf4\x8f\xbf\xbf",     4},
		{ "\xf4\x90\x80\x80",     0}, /* past the last one */
		{ "\xf8\x88\x80\x80\x80", 0},
		{ "\xff",                 0},
		{ "\x80",                 0},
		{ "\xc3",                 0}, /* cut */
		{ "\xe2\x82",             0},
		{ "\xc3(",                0},
	};

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		if (text_utf8(slice_of(vectors[i].text)) != vectors[i].len)
			fail_msg("vector %zu", i);
}

TEST(slice_cut_pieces)
{
	struct slice s = SLICE("a,,b");

	assert_true(slice_is(slice_cut(&s, ','), SLICE("a")));
	assert_true(slice_is(slice_cut(&s, ','), SLICE("")));
	assert_true(slice_is(slice_cut(&s, ','), SLICE("b")));
	assert_int_equal(s.len, 0);
	assert_true(slice_is(slice_cut(&s, ','), SLICE("")));
	s = (struct slice){ NULL, 0 };
	assert_int_equal(slice_cut(&s, ',').len, 0);
}

TEST_MAIN()
