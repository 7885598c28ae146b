/* SPDX-License-Identifier: MIT */
/* How long an answer holds, also where it is cut or lies. */
#include "net/dns_ttl.h"

#include <string.h>

#include "test.h"

#define HEAD(questions, answers)                                               \
	"\x12\x34\x81\x80\0" questions "\0" answers "\0\0\0\0"
#define QUESTION "\3_db\4_tcp\0\0\x21\0\1"
/* A name that points to the question's, type, class; then the TTL. */
#define SRV  "\xc0\x0c\0\x21\0\1"
#define DATA "\0\x8\0\1\0\2\0\x50\1a"

/* Up to the last byte but the literal's own NUL. */
#define TTL(text) dns_ttl((const uint8_t *)(text), sizeof(text) - 1, DNS_SRV)

TEST(the_least_of_all_holds)
{
	assert_int_equal(TTL(HEAD("\1", "\1") QUESTION SRV "\0\0\0\x7" DATA),
			 7);
	assert_int_equal(TTL(HEAD("\1", "\2") QUESTION SRV "\0\0\1\0" DATA SRV
							   "\0\0\0\x9" DATA),
			 9);
	/* Without a question, and with a name that is written out. */
	assert_int_equal(TTL(HEAD("\0", "\1") "\1a\0\0\x21\0\1"
					      "\0\0\0\5" DATA),
			 5);
}

TEST(other_types_say_nothing)
{
	static const char a[] = HEAD("\0", "\1") "\0\0\1\0\1\0\0\0\3\0\4"
						 "\1\2\3\4";

	assert_int_equal(TTL(a), UINT32_MAX);
	assert_int_equal(dns_ttl((const uint8_t *)a, sizeof(a) - 1, DNS_A), 3);
}

TEST(a_sign_makes_it_nothing)
{
	assert_int_equal(TTL(HEAD("\0", "\1") SRV "\x80\0\0\0" DATA), 0);
	assert_int_equal(TTL(HEAD("\0", "\1") SRV "\xff\xff\xff\xff" DATA), 0);
	assert_int_equal(TTL(HEAD("\0", "\1") SRV "\x7f\xff\xff\xff" DATA),
			 INT32_MAX);
}

TEST(what_is_cut_is_not_read)
{
	static const char whole[] = HEAD("\1", "\2") QUESTION SRV
		"\0\0\0\x9" DATA SRV "\0\0\0\x7" DATA;
	size_t len = sizeof(whole) - 1;

	assert_int_equal(TTL(whole), 7);
	for (size_t n = 0; n < len; n++) {
		uint8_t part[sizeof(whole)];
		uint32_t ttl;

		memcpy(part, whole, n);
		ttl = dns_ttl(part, n, DNS_SRV);
		assert_true(ttl == UINT32_MAX || ttl == 9);
	}
}

TEST_MAIN()
