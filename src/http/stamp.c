/* SPDX-License-Identifier: MIT */
/*
 * The loop's clock says when to look; the look says how much of the second is
 * left, so that the text changes with the wall clock and not half a second
 * behind it.
 */
#include "http/stamp.h"

#include <stdbool.h>
#include <time.h>

#include "base/text.h"

static void add_clock(struct text *t, const struct tm *tm)
{
	text_padded(t, (uint64_t)tm->tm_hour, 2);
	text_char(t, ':');
	text_padded(t, (uint64_t)tm->tm_min, 2);
	text_char(t, ':');
	text_padded(t, (uint64_t)tm->tm_sec, 2);
}

/* Not strftime(): its names of months follow the locale. */
static void log_format(time_t t, char ret[STAMP_LOG_SIZE])
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr",
					    "May", "Jun", "Jul", "Aug",
					    "Sep", "Oct", "Nov", "Dec" };
	struct text text = text_over(ret, STAMP_LOG_SIZE - 1);
	struct tm tm = { 0 };
	long east;

	(void)localtime_r(&t, &tm);
	east = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff;
	text_padded(&text, (uint64_t)tm.tm_mday, 2);
	text_char(&text, '/');
	text_str(&text, months[tm.tm_mon]);
	text_char(&text, '/');
	text_padded(&text, (uint64_t)tm.tm_year + 1900, 4);
	text_char(&text, ':');
	add_clock(&text, &tm);
	text_str(&text, tm.tm_gmtoff < 0 ? " -" : " +");
	text_padded(&text, (uint64_t)east / 3600, 2);
	text_padded(&text, (uint64_t)east / 60 % 60, 2);
	ret[text.len] = '\0';
}

/* RFC 3339, of UTC, so that lines of all hosts sort. */
static void iso_format(time_t t, char ret[STAMP_LOG_SIZE])
{
	struct text text = text_over(ret, STAMP_LOG_SIZE - 1);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	text_padded(&text, (uint64_t)tm.tm_year + 1900, 4);
	text_char(&text, '-');
	text_padded(&text, (uint64_t)tm.tm_mon + 1, 2);
	text_char(&text, '-');
	text_padded(&text, (uint64_t)tm.tm_mday, 2);
	text_char(&text, 'T');
	add_clock(&text, &tm);
	text_char(&text, 'Z');
	ret[text.len] = '\0';
}

void stamp_refresh(struct stamp *s, uint64_t now_ms)
{
	struct timespec now;

	if (now_ms < s->due_ms)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	s->due_ms = now_ms + 1000 - (uint64_t)now.tv_nsec / 1000000;
	date_format(now.tv_sec, s->date);
	log_format(now.tv_sec, s->log);
	iso_format(now.tv_sec, s->iso);
}
