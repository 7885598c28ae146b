/* SPDX-License-Identifier: MIT */
/* Dates of HTTP: see date.h. */
#include "http/date.h"

#include <stdio.h>
#include <string.h>

void date_format(time_t t, char ret[DATE_LEN + 1])
{
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(ret, DATE_LEN + 1, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

bool date_parse(struct slice s, time_t *ret)
{
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT",
					     "%A, %d-%b-%y %H:%M:%S GMT",
					     "%a %b %e %H:%M:%S %Y" };
	char text[64];

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.at, s.len);
	text[s.len] = '\0';
	for (size_t i = 0; i < 3; i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (end != NULL && *end == '\0') {
			*ret = timegm(&tm);
			return true;
		}
	}
	return false;
}
