/* SPDX-License-Identifier: MIT */
/* A folder to a listing, and its head. */
#include "serve/answer_folder.h"

#include <errno.h>

#include "http/cond.h"
#include "http/reply.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/compose.h"
#include "serve/find.h"
#include "serve/listing.h"
#include "serve/listing_form.h"
#include "serve/listing_page.h"

/* The same path with the query of the next page. */
static void link_next(struct answer *a)
{
	char memory[LISTING_NEXT_SIZE], field[LISTING_NEXT_SIZE];
	struct text query = text_over(memory, sizeof(memory));
	struct text t = text_over(field, sizeof(field));

	if (!listing_next(a->listing, &query))
		return;
	text_char(&t, '<');
	text_add(&t, (struct slice){ query.at, query.len });
	text_str(&t, ">; rel=\"next\"");
	reply_field(&a->head, "Link", (struct slice){ t.at, t.len });
}

/*
 * A folder's time does not change when a file in it grows, so there is no
 * validator, and a copy is never used without asking.
 */
static void begin(struct answer *a)
{
	compose_begin(a, 200);
	reply_field(&a->head, "Cache-Control", SLICE("no-cache"));
	reply_field(&a->head, "Vary", SLICE("Accept"));
	if (a->listing->query.format == LISTING_HTML)
		reply_field(&a->head, "Content-Security-Policy",
			    slice_of(listing_policy));
	link_next(a);
}

static void drop(struct answer *a)
{
	listing_free(a->listing);
	a->listing = NULL;
}

/* With its length, where that is cheap to know. */
static void whole(struct answer *a)
{
	struct slice type = slice_of(a->listing->form->type);

	a->page = text_heap(LISTING_SHORT_MAX);
	listing_write(a->listing, &a->page);
	drop(a);
	if (a->page.full)
		compose_error(a, 503);
	else
		compose_memory(a, type,
			       (struct slice){ a->page.at, a->page.len });
}

/* The stream owns the listing from now on. */
static void stream(struct answer *a)
{
	struct listing *l = a->listing;

	a->listing = NULL;
	compose_stream(a, slice_of(l->form->type), listing_read, listing_free,
		       l);
}

void answer_folder_go_on(struct answer *a)
{
	int r = listing_prepare(a->listing);

	if (r > 0)
		return;
	if (r == -E2BIG)
		compose_bad(a, "after: this folder has too many entries to be "
			       "sorted; sort=none pages through it");
	else if (r < 0)
		compose_error(a, find_status(r));
	else
		begin(a);
	if (r < 0)
		drop(a);
	else if (listing_is_short(a->listing))
		whole(a);
	else
		stream(a);
}

/* A listing has no validators, but it is there: "*" matches. */
static bool is_refused(struct answer *a, const struct head *h)
{
	int status = cond_check(h, NULL);

	if (status == 304) {
		compose_begin(a, 304);
		reply_field(&a->head, "Vary", SLICE("Accept"));
		compose_none(a);
	} else if (status != 0) {
		compose_error(a, status);
	}
	return status != 0;
}

void answer_folder(struct answer *a, struct cache *cache, const struct head *h)
{
	const struct listing_ask ask = {
		.policy = cache->policy,
		.fd = a->file->fd,
		.path = a->target.path,
		.query = a->target.query,
		.head = h,
		.quota = &cache->listing_quota,
	};
	const char *why = NULL;
	int r = listing_new(&a->listing, &ask, &why);

	if (r == 0 && !is_refused(a, h))
		answer_folder_go_on(a);
	else if (r == 0)
		drop(a);
	else if (r == -EINVAL && why != NULL)
		compose_bad(a, why);
	else
		compose_error(a, find_status(r));
}
