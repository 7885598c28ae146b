/* SPDX-License-Identifier: MIT */
/*
 * Values of fields: a date that was read is written and read as the same.
 */
#include <string.h>

#include "fuzz.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { (const char *)data, size };

	check_date(s);
	return 0;
}
