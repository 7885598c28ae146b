/* SPDX-License-Identifier: MIT */
/* Listings for tests: see shown.h. */
#include "shown.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct slice query_of(const char *query)
{
	return query != NULL ? slice_of(query) : (struct slice){ NULL, 0 };
}

/* What listing_new() says. */
int shown_new(struct shown *s, const struct tree *t, const char *path,
	      const char *query)
{
	struct listing_ask ask = {
		.policy = &s->policy,
		.fd = t->root,
		.path = path,
		.query = query_of(query),
		.head = &s->head,
		.quota = &s->quota,
	};

	s->policy.root.fd = t->root;
	s->listing = NULL;
	return listing_new(&s->listing, &ask, &s->why);
}

/* What listing_prepare() says at last. */
int shown_prepare(struct shown *s)
{
	int r;

	while ((r = listing_prepare(s->listing)) > 0)
		s->turns++;
	return r;
}

void shown_init(struct shown *s, const struct tree *t, const char *query)
{
	*s = (struct shown){ .quota = FOLDER_LIST_QUOTA };
	head_init(&s->head);
	assert_int_equal(shown_new(s, t, "", query), 0);
	assert_int_equal(shown_prepare(s), 0);
}

void shown_done(struct shown *s)
{
	listing_free(s->listing);
	assert_int_equal(s->quota, FOLDER_LIST_QUOTA);
}

/* Reads it to its end, size bytes at a time; rests are counted. */
char *shown_read(struct shown *s, size_t size, uint32_t *ret_rests)
{
	struct listing *l = s->listing;
	struct text t = text_heap(64 << 20);
	char *buf = malloc(size), *page;
	int64_t n;
	short poll = 0;

	assert_non_null(buf);
	*ret_rests = 0;
	while ((n = listing_read(l, buf, size, &poll)) != 0) {
		*ret_rests += n == -EINTR;
		if (n == -EINTR)
			continue;
		assert_true(n > 0);
		text_add(&t, (struct slice){ buf, (size_t)n });
	}
	assert_int_equal(listing_read(l, buf, size, &poll), 0);
	text_char(&t, '\0');
	assert_false(t.full);
	page = strdup(t.at);
	assert_non_null(page);
	text_free(&t);
	free(buf);
	return page;
}

/* The page as a string, for free(). */
char *page_at(const struct tree *t, const char *path, const char *query,
	      bool hidden)
{
	struct shown s = { .quota = FOLDER_LIST_QUOTA };
	uint32_t rests;
	char *page;

	s.policy.hidden = hidden;
	head_init(&s.head);
	assert_int_equal(shown_new(&s, t, path, query), 0);
	assert_int_equal(shown_prepare(&s), 0);
	page = shown_read(&s, 1000, &rests);
	shown_done(&s);
	return page;
}

char *page_of(const struct tree *t, const char *query)
{
	return page_at(t, "", query, false);
}

/* Where text is on the page; the test fails when it is nowhere. */
const char *spot(const char *page, const char *text)
{
	const char *at = strstr(page, text);

	if (at == NULL)
		fail_msg("not on the page: %s\n%s", text, page);
	return at;
}

uint32_t count_of(const char *page, const char *text)
{
	uint32_t n = 0;

	while ((page = strstr(page, text)) != NULL) {
		page += strlen(text);
		n++;
	}
	return n;
}
