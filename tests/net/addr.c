/* SPDX-License-Identifier: MIT */
/* Addresses as people write them, there and back. */
#include "net/addr.h"

#include <errno.h>
#include <string.h>

#include "test.h"

TEST(addresses_are_read_and_written)
{
	static const struct {
		const char *text, *written, *host;
	} good[] = {
		{"8080",                 "127.0.0.1:8080",      "127.0.0.1"},
		{ "0",                   "127.0.0.1:0",         "127.0.0.1"},
		{ "0.0.0.0:80",          "0.0.0.0:80",          "0.0.0.0"  },
		{ "10.1.2.3:65535",      "10.1.2.3:65535",      "10.1.2.3" },
		{ "[::]:80",             "[::]:80",             "::"       },
		{ "[::1]:8080",          "[::1]:8080",          "::1"      },
		{ "[fe80::1%1]:80",      "[fe80::1%1]:80",      "fe80::1%1"},
		{ "unix:/run/pour.sock", "unix:/run/pour.sock", "unix:"    },
		{ "unix:relative",       "unix:relative",       "unix:"    },
		{ "unix:@name",          "unix:@name",          "unix:"    },
	};
	char text[ADDR_TEXT_SIZE];
	const char *why;
	struct addr a[2];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int n = addr_parse(good[i].text, a, &why);

		assert_int_equal(n, 1);
		addr_text(a, text);
		assert_string_equal(text, good[i].written);
		addr_host(a, text);
		assert_string_equal(text, good[i].host);
	}
}

TEST(a_star_is_both_families)
{
	char text[ADDR_TEXT_SIZE];
	const char *why;
	struct addr a[2];

	assert_int_equal(addr_parse("*:8080", a, &why), 2);
	addr_text(&a[0], text);
	assert_string_equal(text, "[::]:8080");
	addr_text(&a[1], text);
	assert_string_equal(text, "0.0.0.0:8080");
}

TEST(what_is_no_address_is_refused_with_a_reason)
{
	static const char *const bad[] = {
		"",
		":",
		":80",
		"x",
		"65536",
		"-1",
		"80x",
		"127.0.0.1",
		"127.0.0.1:",
		"1.2.3:80",
		"256.1.1.1:80",
		"localhost:80",
		"::1:80",
		"[::1]",
		"[::1:80",
		"[1.2.3.4]:80",
		"[::1%nope]:80",
		"unix:",
		"unix:@",
		"*",
		"8080 ",
		"0x50",
		"+80",
	};
	char longer[256] = "unix:/";
	const char *why;
	struct addr a[2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		if (addr_parse(bad[i], a, &why) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(why);
	}
	memset(longer + 6, 'x', 200);
	assert_int_equal(addr_parse(longer, a, &why), -EINVAL);
}

TEST_MAIN()
