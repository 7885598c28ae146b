/* SPDX-License-Identifier: MIT */
/* Queries for listings: what is understood comes back when written again. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "http/head.h"
#include "serve/listing_query.h"

static struct slice written(const struct listing_query *q, char *memory,
			    size_t size)
{
	struct text t = text_over(memory, size);
	struct folder_entry last = q->after;

	last.next = q->position;
	listing_query_next(&t, q, &last);
	CHECK(!t.full && t.len > 0 && t.at[0] == '?');
	return (struct slice){ t.at + 1, t.len - 1 };
}

static void check_same(const struct listing_query *a,
		       const struct listing_query *b)
{
	CHECK(a->sort == b->sort && a->descending == b->descending);
	CHECK(a->limit == b->limit && a->position == b->position);
	CHECK(strcmp(a->name, b->name) == 0);
	CHECK(a->after.is_folder == b->after.is_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct listing_query q, again;
	static struct head head;
	static char memory[8 * FOLDER_NAME_MAX];
	const char *why = NULL;

	if (listing_query_parse(&q, (struct slice){ (const char *)data, size },
				&head, &why) != 0) {
		CHECK(why != NULL);
		return 0;
	}
	CHECK(q.limit <= FOLDER_LIST_PAGE && q.position <= INT64_MAX);
	if (!q.has_after)
		return 0;
	CHECK(strlen(q.name) == q.after.len && strchr(q.name, '/') == NULL);
	CHECK(listing_query_parse(&again, written(&q, memory, sizeof(memory)),
				  &head, &why) == 0);
	check_same(&q, &again);
	return 0;
}
