/* SPDX-License-Identifier: MIT */
/* Large folders: turns of the loop, bounds, and pages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/listing.h"
#include "serve/listing_form.h"
#include "shown.h"
#include "test.h"
#include "tree.h"

static void many(const struct tree *t, int n)
{
	char name[32];

	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "file-%05d", i);
		tree_sparse(t, name, 0);
	}
}

/* A large folder takes many turns, before the first byte and after it. */
TEST(listing_takes_turns)
{
	struct tree t;
	struct shown s;
	uint32_t rests;
	char *page;

	tree_init(&t);
	many(&t, 3000);
	shown_init(&s, &t, NULL);
	assert_true(s.turns >= 3000 / 256);
	assert_false(listing_is_short(s.listing));
	page = shown_read(&s, 1 << 20, &rests);
	assert_true(rests >= 3000 / 256);
	assert_int_equal(count_of(page, "<a href=\"file-"), 3000);
	assert_true(spot(page, "file-00000") < spot(page, "file-02999"));
	free(page);
	shown_done(&s);
	tree_done(&t);
}

/* With more than may be sorted nothing is held, and nothing is missing. */
TEST(listing_of_too_many)
{
	struct tree t;
	struct shown s;
	uint32_t rests;
	char *page;

	tree_init(&t);
	many(&t, FOLDER_LIST_MAX + 1);
	shown_init(&s, &t, "sort=time&order=desc");
	assert_int_equal(s.quota, FOLDER_LIST_QUOTA);
	page = shown_read(&s, 1 << 16, &rests);
	spot(page, "<p>Too many entries to be sorted");
	assert_null(strstr(page, "aria-sort=\""));
	assert_int_equal(count_of(page, "<a href=\"file-"),
			 FOLDER_LIST_MAX + 1);
	free(page);
	shown_done(&s);
	/* A page of it is in that order as well, and says so. */
	shown_init(&s, &t, "limit=2");
	page = shown_read(&s, 1 << 16, &rests);
	spot(page, "<a rel=\"next\" href=\"?sort=none&amp;limit=2&amp;after=");
	free(page);
	shown_done(&s);
	/* And a place in an order that there is not is refused. */
	assert_int_equal(shown_new(&s, &t, "", "after=file-00001"), 0);
	assert_int_equal(shown_prepare(&s), -E2BIG);
	shown_done(&s);
	tree_done(&t);
}

/* When others hold all that may be held, it is sent as it is found. */
TEST(listing_beyond_the_quota)
{
	struct tree t;
	struct shown s = { .quota = 2 };
	uint32_t rests;
	char *page;

	tree_init(&t);
	many(&t, 3);
	head_init(&s.head);
	assert_int_equal(shown_new(&s, &t, "", NULL), 0);
	assert_int_equal(shown_prepare(&s), 0);
	page = shown_read(&s, 1 << 16, &rests);
	assert_int_equal(count_of(page, "<a href=\"file-"), 3);
	spot(page, "<p>Too many");
	free(page);
	listing_free(s.listing);
	assert_int_equal(shown_new(&s, &t, "", "limit=3&sort=none"), 0);
	assert_int_equal(shown_prepare(&s), -EAGAIN);
	listing_free(s.listing);
	assert_int_equal(s.quota, 2);
	tree_done(&t);
}

/* ── Pages ── */

/* The query of the next page, or "". */
static void next_of(struct listing *l, char *query, size_t size)
{
	struct text t = text_over(query, size - 1);

	(void)listing_next(l, &t);
	query[t.len] = '\0';
}

/* Goes through all pages, adding and removing others meanwhile. */
static void walk(struct tree *t, const char *start)
{
	char query[512], *page;
	uint32_t rests, seen[200] = { 0 }, pages = 0;
	int n;

	(void)snprintf(query, sizeof(query), "?%s", start);
	while (query[0] != '\0') {
		struct shown s;

		shown_init(&s, t, query + 1);
		next_of(s.listing, query, sizeof(query));
		page = shown_read(&s, 4096, &rests);
		for (const char *at = page;
		     (at = strstr(at, "\"name\":\"file-")) != NULL; at++)
			if (sscanf(at, "\"name\":\"file-%d", &n) == 1 &&
			    n < 200)
				seen[n]++;
		free(page);
		shown_done(&s);
		pages++;
		/* The last of that page is gone before the next is asked. */
		(void)unlinkat(t->root, "file-00012", 0);
		assert_true(pages < 100);
	}
	for (n = 0; n < 200; n++)
		assert_int_equal(seen[n], 1);
	assert_int_equal(pages, 200 / 13 + 1);
	tree_file(t, "file-00012", ""); /* the oldest of all */
}

TEST(listing_pages_have_each_entry_once)
{
	struct tree t;

	tree_init(&t);
	many(&t, 200);
	walk(&t, "format=ndjson&limit=13");
	walk(&t, "format=ndjson&limit=13&sort=size&order=asc");
	walk(&t, "format=ndjson&limit=13&sort=time");
	tree_done(&t);
}

TEST(listing_pages_unsorted)
{
	char query[512] = "?sort=none&limit=7&format=ndjson";
	uint32_t rests, all = 0;
	struct tree t;

	tree_init(&t);
	many(&t, 100);
	while (query[0] != '\0') {
		struct shown s;
		char *page;

		shown_init(&s, &t, query + 1);
		next_of(s.listing, query, sizeof(query));
		page = shown_read(&s, 4096, &rests);
		all += count_of(page, "\"name\"");
		free(page);
		shown_done(&s);
	}
	assert_int_equal(all, 100);
	tree_done(&t);
}

TEST_MAIN()
