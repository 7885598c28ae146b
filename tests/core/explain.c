/* SPDX-License-Identifier: MIT */
/* An account in one line, and methods by name. */
#include <errno.h>
#include <pour.h>
#include <string.h>

#include "test.h"

TEST(case86_explain_says_what_happened)
{
	struct pour_account a = { .delivered = 5368709120,
				  .taken = 5368709120 };
	char line[200], cut[12];
	int n;

	a.moved[POUR_BY_SENDFILE] = 5368709120;
	a.calls[POUR_BY_SENDFILE] = 5120;
	a.left[POUR_BY_SPLICE] = EINVAL;
	n = pour_explain(&a, line, sizeof(line));
	assert_string_equal(line, "sendfile 5368709120 bytes in 5120 calls; "
				  "splice left: EINVAL");
	assert_int_equal(n, strlen(line));
	assert_int_equal(pour_explain(&a, cut, sizeof(cut)), n);
	assert_string_equal(cut, "sendfile 53");
	assert_int_equal(pour_explain(&a, NULL, 0), n);
}

static const char *explained(const struct pour_account *a)
{
	static char line[400];
	int n = pour_explain(a, line, sizeof(line));

	assert_int_equal(n, strlen(line));
	return line;
}

TEST(explain_says_how_it_ended)
{
	struct pour_account a = { .ended = POUR_ENDED_SHORT };

	assert_string_equal(explained(&a),
			    "nothing moved; the source ended too early");
	a.ended = POUR_ENDED_TIMEOUT;
	assert_string_equal(explained(&a), "nothing moved; timed out");
	a.ended = POUR_ENDED_CANCELLED;
	assert_string_equal(explained(&a), "nothing moved; cancelled");
	a = (struct pour_account){ .ended = POUR_ENDED_FAILED,
				   .side = POUR_SIDE_SRC,
				   .error = EIO };
	assert_string_equal(explained(&a),
			    "nothing moved; failed at the source: EIO");
	a.side = POUR_SIDE_DST;
	a.error = 4095;
	a.taken = 10;
	assert_string_equal(explained(&a),
			    "nothing moved; failed at the destination: unknown "
			    "errno; 10 bytes taken and not delivered");
	a.side = POUR_SIDE_NONE;
	a.taken = 0;
	a.error = EINVAL;
	assert_string_equal(explained(&a), "nothing moved; failed: EINVAL");
}

TEST(explain_says_what_stood_around)
{
	struct pour_account a = {
		.head = 4, .tail = 5, .teed = 6, .missed = 7
	};

	a.delivered = a.taken = 30;
	a.moved[POUR_BY_COPY] = 10;
	a.calls[POUR_BY_COPY] = 2;
	a.moved[POUR_BY_SPLICE] = 20;
	a.calls[POUR_BY_SPLICE] = 1;
	assert_string_equal(
		explained(&a),
		"splice 20 bytes in 1 calls, copy 10 bytes in 2 calls, after a "
		"head of 4, before a tail of 5; tee 6 bytes; missed 7 bytes");
}

TEST(every_method_has_a_name_of_its_own)
{
	for (int i = 0; i < (int)POUR_METHODS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
				pour_method_name((enum pour_method)i),
				pour_method_name((enum pour_method)j));
	assert_null(pour_method_name((enum pour_method)POUR_METHODS));
}

TEST_MAIN()
