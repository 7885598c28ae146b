/* SPDX-License-Identifier: MIT */
/* What the formats of a listing share. */
#include "serve/listing_form.h"

#include <string.h>
#include <time.h>

#include "base/base.h"
#include "http/reply.h"
#include "serve/listing.h"

bool listing_next(const struct listing *l, struct text *t)
{
	struct folder_entry last;

	if (!l->gathered || l->upto == l->list.n || l->upto == 0)
		return false;
	last = folder_list_at(&l->list, l->upto - 1);
	listing_query_next(t, &l->query, &last);
	return true;
}

void listing_href(struct text *t, const struct folder_entry *e)
{
	if (memchr(e->name, ':', e->len) != NULL)
		text_str(t, "./");
	reply_href(t, (struct slice){ e->name, e->len });
	if (e->is_folder)
		text_char(t, '/');
}

/* The years that have four digits. */
#define FIRST_SECOND INT64_C(-62135596800)
#define LAST_SECOND  INT64_C(253402300799)

void listing_date(int64_t when, char ret[LISTING_DATE_LEN])
{
	struct text t = text_over(ret, LISTING_DATE_LEN);
	time_t seconds = MAX(MIN(when, LAST_SECOND), FIRST_SECOND);
	struct tm tm = { 0 };

	(void)gmtime_r(&seconds, &tm);
	text_padded(&t, (uint64_t)(tm.tm_year + 1900L), 4);
	text_char(&t, '-');
	text_padded(&t, (uint64_t)(tm.tm_mon + 1L), 2);
	text_char(&t, '-');
	text_padded(&t, (uint64_t)tm.tm_mday, 2);
	text_char(&t, 'T');
	text_padded(&t, (uint64_t)tm.tm_hour, 2);
	text_char(&t, ':');
	text_padded(&t, (uint64_t)tm.tm_min, 2);
	text_char(&t, ':');
	text_padded(&t, (uint64_t)tm.tm_sec, 2);
}
