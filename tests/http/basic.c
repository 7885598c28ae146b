/* SPDX-License-Identifier: MIT */
/* Credentials, and the hash by which they are known again. */
#include "http/basic.h"

#include "base/siphash.h"
#include "test.h"

TEST(basic_good)
{
	struct basic b;

	/* The examples of RFC 7617. */
	assert_true(
		basic_parse(SLICE("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), &b));
	assert_string_equal(b.user, "Aladdin");
	assert_string_equal(b.password, "open sesame");
	assert_true(basic_parse(SLICE("basic   dGVzdDoxMjPCow"), &b));
	assert_string_equal(b.password, "123\xc2\xa3");
	assert_true(basic_parse(SLICE("Basic YTpiOmM="), &b));
	assert_string_equal(b.user, "a");
	assert_string_equal(b.password, "b:c");
	assert_int_equal(b.len, 5);
}

TEST(basic_bad)
{
	static const char *const table[] = {
		"",
		"Basic",
		"Basic ",
		"Bearer YTpi",
		"Basic YTpi!",
		"Basic YTp i",
		"Basic YTpiY",
		"Basic YWJj",
		"Basic AA==",
		"Basic YToK",
		"Basic YTp/Og==",
		"BasicYTpi",
	};
	struct basic b;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (basic_parse(slice_of(table[i]), &b))
			fail_msg("'%s' was taken", table[i]);
}

/* The vectors of its authors: key 00 01 … 0f, input 00 01 … */
TEST(siphash_vectors)
{
	static const uint64_t key[2] = { UINT64_C(0x0706050403020100),
					 UINT64_C(0x0f0e0d0c0b0a0908) };
	char data[15];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)i;
	assert_true(siphash(key, (struct slice){ data, 0 }) ==
		    UINT64_C(0x726fdb47dd0e0e31));
	assert_true(siphash(key, (struct slice){ data, 8 }) ==
		    UINT64_C(0x93f5f5799a932462));
	assert_true(siphash(key, (struct slice){ data, 15 }) ==
		    UINT64_C(0xa129ca6149be45e5));
}

TEST_MAIN()
