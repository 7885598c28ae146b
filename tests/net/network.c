/* SPDX-License-Identifier: MIT */
/* Networks in text, and who is in them. */
#include "net/network.h"

#include <errno.h>

#include "net/addr.h"
#include "test.h"

static bool is_in(const char *network, const char *address)
{
	struct network n;
	struct addr a[2];
	const char *why = NULL;

	assert_int_equal(network_parse(network, &n, &why), 0);
	assert_int_equal(addr_parse(address, a, &why), 1);
	return network_has(&n, 1, &a[0]);
}

TEST(prefixes)
{
	assert_true(is_in("10.0.0.0/8", "10.255.3.4:1"));
	assert_false(is_in("10.0.0.0/8", "11.0.0.0:1"));
	assert_true(is_in("10.1.2.128/25", "10.1.2.200:1"));
	assert_false(is_in("10.1.2.128/25", "10.1.2.127:1"));
	assert_true(is_in("192.0.2.1", "192.0.2.1:1"));
	assert_false(is_in("192.0.2.1", "192.0.2.0:1"));
	assert_true(is_in("0.0.0.0/0", "203.0.113.9:1"));
	assert_false(is_in("0.0.0.0/0", "[2001:db8::1]:1"));
	assert_true(is_in("2001:db8::/33", "[2001:db8:7fff::1]:1"));
	assert_false(is_in("2001:db8::/33", "[2001:db8:8000::1]:1"));
	assert_true(is_in("::1", "[::1]:1"));
	assert_true(is_in("::/0", "[2001:db8::1]:1"));
}

TEST(one_address_in_two_notations)
{
	assert_true(is_in("192.0.2.0/24", "[::ffff:192.0.2.7]:1"));
	assert_true(is_in("::ffff:192.0.2.0/120", "192.0.2.7:1"));
}

TEST(who_has_no_address_is_only_in_all)
{
	assert_true(is_in("all", "unix:/x"));
	assert_true(is_in("all", "10.0.0.1:1"));
	assert_false(is_in("::/0", "unix:/x"));
	assert_false(is_in("0.0.0.0/0", "unix:@x"));
}

TEST(slips_are_noticed)
{
	static const char *const texts[] = {
		"",
		"10.0.0.0/33",
		"10.0.0.1/8",
		"10.0.0.0/",
		"10.0.0/8",
		"::/129",
		"2001:db8::1/32",
		"10.0.0.0/8/8",
		"example.org",
		"10.0.0.0/-1",
		"10.0.0.0:80",
		"ALL",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999/1",
	};
	const char *why;
	struct network n;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		why = NULL;
		assert_int_equal(network_parse(texts[i], &n, &why), -EINVAL);
		assert_non_null(why);
	}
}

TEST_MAIN()
