/* SPDX-License-Identifier: MIT */
/* Which status, which fields, which bytes. */
#include "serve/answer.h"

#include <errno.h>
#include <string.h>

#include "http/head.h"
#include "serve/answer_file.h"
#include "serve/answer_folder.h"
#include "serve/cache.h"
#include "serve/compose.h"
#include "serve/listing.h"
#include "serve/manners.h"

void answer_begin(struct answer *a, const char *date, bool close)
{
	a->status = 0;
	a->close = close;
	a->head_only = a->old = false;
	a->file = a->original = NULL;
	a->body.over = NULL;
	a->listing = NULL;
	a->page = (struct text){ 0 };
	a->date = date;
	a->manners = NULL;
	a->denied = 0;
}

void answer_finish(struct answer *a, struct cache *cache)
{
	body_done(&a->body);
	listing_free(a->listing);
	a->listing = NULL;
	cache_give(cache, a->file);
	cache_give(cache, a->original);
	a->file = a->original = NULL;
	if (a->page.at != NULL)
		text_free(&a->page);
	a->page = (struct text){ 0 };
}

void answer_refuse(struct answer *a, int status)
{
	a->close = true;
	compose_error(a, status);
}

/* ── From the target to one of the above, or to a file ── */

/* What is to be answered with; 0, and a->file: a regular file. */
static int adopt(struct answer *a, struct cache *cache, struct opened *found,
		 size_t path_len)
{
	int status = found != NULL ? found->status : 503;

	if (status == 0 && !S_ISREG(found->st.st_mode))
		status = 404;
	if (status != 0) {
		cache_give(cache, found);
		return status;
	}
	cache_give(cache, a->file);
	a->file = found;
	a->path_len = path_len;
	return 0;
}

/* The page of the folder that a->file is; 404: it has none. */
static int take_index(struct answer *a, struct cache *cache)
{
	const char *index = cache->policy->index;
	size_t len = strlen(index), at = a->target.len;
	int status;

	if (len == 0 || len >= sizeof(a->target.path) - at)
		return 404;
	memcpy(a->target.path + at, index, len + 1);
	status = adopt(a, cache, cache_take(cache, a->target.path, at + len),
		       at + len);
	if (status != 0)
		a->target.path[at] = '\0';
	return status;
}

static void folder(struct answer *a, struct cache *cache, const struct head *h)
{
	const struct target *t = &a->target;
	int status;

	if (t->len > 0 && t->path[t->len - 1] != '/') {
		compose_slash(a);
		return;
	}
	status = take_index(a, cache);
	if (status == 0)
		answer_file(a, cache, h);
	else if (status == 404)
		answer_folder(a, cache, h);
	else
		compose_error(a, status);
}

/* A file that was not asked for, as if it had been. 0, or a status. */
static int take_instead(struct answer *a, struct cache *cache, const char *path)
{
	size_t len = strlen(path);
	int status;

	if (len >= sizeof(a->target.path))
		return 404;
	status = adopt(a, cache, cache_take(cache, path, len), len);
	if (status == 0) {
		memcpy(a->target.path, path, len + 1);
		a->target.len = len;
	}
	return status;
}

/* With the site's own page for it, where there is one. */
static void answer_error(struct answer *a, struct cache *cache, int status)
{
	const char *page = a->manners == NULL
				   ? NULL
				   : manners_error_page(a->manners, status);

	if (page != NULL && take_instead(a, cache, page) == 0)
		compose_error_file(a, status);
	else
		compose_error(a, status);
}

/* What is not there is the index of the root, for some sites. */
static void missing(struct answer *a, struct cache *cache, const struct head *h)
{
	int status = a->file->status;

	if (status == 404 && a->manners != NULL &&
	    manners_is_page(a->manners, &a->target, h) &&
	    take_instead(a, cache, cache->policy->index) == 0)
		answer_file(a, cache, h);
	else
		answer_error(a, cache, status);
}

static void found(struct answer *a, struct cache *cache, const struct head *h)
{
	a->file = cache_take(cache, a->target.path, a->target.len);
	a->path_len = a->target.len;
	if (a->file == NULL)
		compose_error(a, 503);
	else if (a->file->status != 0)
		missing(a, cache, h);
	else if (S_ISDIR(a->file->st.st_mode))
		folder(a, cache, h);
	else
		answer_file(a, cache, h);
}

/* To where the target has gone; false: nowhere. */
static bool is_redirected(struct answer *a)
{
	struct text place;
	int status;

	if (a->manners == NULL || a->manners->n_redirects == 0)
		return false;
	place = text_heap(ANSWER_HEAD_SIZE);
	status = manners_redirect(a->manners, &a->target, &place);
	if (status != 0 && place.full)
		compose_error(a, 500);
	else if (status != 0)
		compose_page(a, status, "Location",
			     (struct slice){ place.at, place.len });
	text_free(&place);
	return status != 0;
}

/* A status to refuse it with, or 0; and whether the connection is done with. */
static int refusal(struct answer *a, const struct policy *policy,
		   const struct head *h)
{
	int status;

	if (policy == NULL)
		return 421;
	if (h->method == METHOD_UNKNOWN)
		return 501;
	if (h->method == METHOD_KNOWN || h->method == METHOD_CONNECT)
		return 405;
	status = target_parse(&a->target, h->target);
	if (status != 0)
		return status;
	if (h->expects == EXPECTS_OTHER)
		return 417;
	if (!policy->hidden && target_is_hidden(&a->target))
		return 404;
	return 0;
}

/* OPTIONS of the server as a whole has no path (RFC 9112, 3.2.4). */
static bool asks_of_all(const struct head *h)
{
	return h->method == METHOD_OPTIONS && slice_is(h->target, SLICE("*"));
}

static void answer_head(struct answer *a, struct cache *cache,
			const struct head *h)
{
	int status;

	if (cache->policy != NULL)
		a->manners = cache->policy->manners;
	if (asks_of_all(h)) {
		compose_options(a);
		return;
	}
	status = a->denied != 0 ? a->denied : refusal(a, cache->policy, h);
	if (status == 400 || h->method == METHOD_CONNECT)
		a->close = true;
	if (h->method == METHOD_OPTIONS && (status == 0 || status == 404))
		compose_options(a);
	else if (status == 0 && is_redirected(a))
		return;
	else if (status != 0)
		answer_error(a, cache, status);
	else
		found(a, cache, h);
}

bool answer_request(struct answer *a, struct cache *cache,
		    const struct head *head)
{
	a->old = head->minor == 0;
	a->head_only = head->method == METHOD_HEAD;
	if (!head->keep_alive)
		a->close = true;
	answer_head(a, cache, head);
	if (a->listing == NULL && a->head.full)
		compose_error(a, 500);
	return a->listing != NULL;
}

bool answer_go_on(struct answer *a)
{
	answer_folder_go_on(a);
	return a->listing != NULL;
}
