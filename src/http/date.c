/* SPDX-License-Identifier: MIT */
/*
 * Dates of HTTP, read and written without the locale (strptime() has one).
 *
 *      Sun, 06 Nov 1994 08:49:37 GMT      IMF-fixdate, the one that is written
 *      Sunday, 06-Nov-94 08:49:37 GMT     RFC 850
 *      Sun Nov  6 08:49:37 1994           asctime()
 */
#include "http/date.h"

#include <stddef.h>

#include "base/text.h"

static const char days[7][10] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
				  "Thursday", "Friday", "Saturday" };
static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

void date_format(time_t t, char ret[DATE_LEN + 1])
{
	struct text out = text_over(ret, DATE_LEN);
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	text_add(&out, (struct slice){ days[tm.tm_wday], 3 });
	text_str(&out, ", ");
	text_padded(&out, (uint64_t)tm.tm_mday, 2);
	text_char(&out, ' ');
	text_str(&out, months[tm.tm_mon]);
	text_char(&out, ' ');
	text_padded(&out, (uint64_t)tm.tm_year + 1900, 4);
	text_char(&out, ' ');
	text_padded(&out, (uint64_t)tm.tm_hour, 2);
	text_char(&out, ':');
	text_padded(&out, (uint64_t)tm.tm_min, 2);
	text_char(&out, ':');
	text_padded(&out, (uint64_t)tm.tm_sec, 2);
	text_str(&out, " GMT");
	ret[out.len] = '\0';
}

/* ── Reading: each takes something off the front of *s, or says false ── */

static bool take(struct slice *s, struct slice expected)
{
	if (s->len < expected.len ||
	    memcmp(s->at, expected.at, expected.len) != 0)
		return false;
	s->at += expected.len;
	s->len -= expected.len;
	return true;
}

static bool take_number(struct slice *s, size_t width, int *ret)
{
	uint64_t n;

	if (s->len < width ||
	    !text_digits((struct slice){ s->at, width }, 9999, &n))
		return false;
	s->at += width;
	s->len -= width;
	*ret = (int)n;
	return true;
}

static bool take_day(struct slice *s, bool whole, int *ret)
{
	for (int i = 0; i < 7; i++) {
		struct slice name = slice_of(days[i]);

		if (!whole)
			name.len = 3;
		if (take(s, name)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool take_month(struct slice *s, int *ret)
{
	for (int i = 0; i < 12; i++) {
		if (take(s, slice_of(months[i]))) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static bool take_time(struct slice *s, struct tm *tm)
{
	return take_number(s, 2, &tm->tm_hour) && take(s, SLICE(":")) &&
	       take_number(s, 2, &tm->tm_min) && take(s, SLICE(":")) &&
	       take_number(s, 2, &tm->tm_sec) && tm->tm_hour < 24 &&
	       tm->tm_min < 60 && tm->tm_sec <= 60;
}

static bool read_imf(struct slice s, struct tm *tm)
{
	return take_day(&s, false, &tm->tm_wday) && take(&s, SLICE(", ")) &&
	       take_number(&s, 2, &tm->tm_mday) && take(&s, SLICE(" ")) &&
	       take_month(&s, &tm->tm_mon) && take(&s, SLICE(" ")) &&
	       take_number(&s, 4, &tm->tm_year) && take(&s, SLICE(" ")) &&
	       take_time(&s, tm) && take(&s, SLICE(" GMT")) && s.len == 0;
}

/*
 * A year of two digits that seems more than 50 years ahead is the last one
 * that ended so (RFC 9110, 5.6.7).
 */
static int whole_year(int two)
{
	time_t now = time(NULL);
	struct tm tm;
	int year;

	(void)gmtime_r(&now, &tm);
	year = (tm.tm_year + 1900) / 100 * 100 + two;
	return year > tm.tm_year + 1900 + 50 ? year - 100 : year;
}

static bool read_850(struct slice s, struct tm *tm)
{
	bool good = take_day(&s, true, &tm->tm_wday) && take(&s, SLICE(", ")) &&
		    take_number(&s, 2, &tm->tm_mday) && take(&s, SLICE("-")) &&
		    take_month(&s, &tm->tm_mon) && take(&s, SLICE("-")) &&
		    take_number(&s, 2, &tm->tm_year) && take(&s, SLICE(" ")) &&
		    take_time(&s, tm) && take(&s, SLICE(" GMT")) && s.len == 0;

	tm->tm_year = whole_year(tm->tm_year);
	return good;
}

static bool read_asctime(struct slice s, struct tm *tm)
{
	return take_day(&s, false, &tm->tm_wday) && take(&s, SLICE(" ")) &&
	       take_month(&s, &tm->tm_mon) && take(&s, SLICE(" ")) &&
	       (take(&s, SLICE(" ")) ? take_number(&s, 1, &tm->tm_mday)
				     : take_number(&s, 2, &tm->tm_mday)) &&
	       take(&s, SLICE(" ")) && take_time(&s, tm) &&
	       take(&s, SLICE(" ")) && take_number(&s, 4, &tm->tm_year) &&
	       s.len == 0;
}

/* A day that there is not comes out of timegm() as another one. */
static bool to_time(struct tm *tm, time_t *ret)
{
	struct tm same = *tm;
	time_t t;

	same.tm_year -= 1900;
	if (same.tm_sec == 60)
		same.tm_sec = 59; /* a leap second is not counted */
	t = timegm(&same);
	if (same.tm_mday != tm->tm_mday || same.tm_mon != tm->tm_mon ||
	    same.tm_wday != tm->tm_wday)
		return false;
	*ret = t;
	return true;
}

bool date_parse(struct slice s, time_t *ret)
{
	struct tm tm = { 0 };

	if (!read_imf(s, &tm)) {
		tm = (struct tm){ 0 };
		if (!read_850(s, &tm)) {
			tm = (struct tm){ 0 };
			if (!read_asctime(s, &tm))
				return false;
		}
	}
	return to_time(&tm, ret);
}
