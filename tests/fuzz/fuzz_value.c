/* SPDX-License-Identifier: MIT */
/*
 * Values of fields: a date that was read is written and read as the same, a
 * condition has an answer.
 */
#include <string.h>

#include "fuzz.h"
#include "http/cond.h"
#include "http/date.h"

static void check_date(struct slice s)
{
	char text[DATE_LEN + 1];
	time_t t, again;

	if (!date_parse(s, &t))
		return;
	date_format(t, text);
	CHECK(strlen(text) == DATE_LEN);
	CHECK(date_parse(slice_of(text), &again) && again == t);
}

static void check_conditions(struct slice s)
{
	static const struct validators v = { "\"abc\"", 5, 784111777 };
	static struct head h;
	static const char *const names[] = { "If-Match", "If-None-Match",
					     "If-Modified-Since", "If-Range",
					     "If-Unmodified-Since" };

	for (size_t i = 0; i < 5; i++) {
		int status;

		h.n_fields = 1;
		h.fields[0] = (struct field){ slice_of(names[i]), s };
		status = cond_check(&h, &v);
		CHECK(status == 0 || status == 304 || status == 412);
		(void)cond_if_range(&h, &v);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data, size };

	check_date(s);
	check_conditions(s);
	return 0;
}
