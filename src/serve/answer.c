/* SPDX-License-Identifier: MIT */
/* Which status, which fields, which bytes. */
#include "serve/answer.h"

#include <errno.h>
#include <string.h>

#include "http/cond.h"
#include "http/head.h"
#include "http/range.h"
#include "http/reply.h"
#include "serve/cache.h"
#include "serve/find.h"
#include "serve/folder.h"
#include "serve/listing.h"

#define HTML SLICE("text/html; charset=utf-8")

void answer_begin(struct answer *a, const char *date, bool close)
{
	a->status = 0;
	a->close = close;
	a->head_only = a->old = false;
	a->file = NULL;
	a->page = (struct text){ 0 };
	a->date = date;
}

void answer_finish(struct answer *a, struct cache *cache)
{
	cache_give(cache, a->file);
	a->file = NULL;
	if (a->page.at != NULL)
		text_free(&a->page);
	a->page = (struct text){ 0 };
}

/* ── The head's beginning and end, the same for all ── */

static void head_open(struct answer *a, int status)
{
	a->status = status;
	a->body = pour_memory(NULL, 0);
	a->body_len = 0;
	a->head = text_over(a->head_memory, sizeof(a->head_memory));
	reply_begin(&a->head, status, a->date);
	if (a->close)
		reply_field(&a->head, "Connection", SLICE("close"));
	else if (a->old)
		reply_field(&a->head, "Connection", SLICE("keep-alive"));
}

/* A body of bytes in memory. */
static void page_body(struct answer *a, const struct text *page)
{
	reply_field(&a->head, "Content-Type", HTML);
	reply_field(&a->head, "X-Content-Type-Options", SLICE("nosniff"));
	reply_number(&a->head, "Content-Length", page->len);
	reply_end(&a->head);
	if (a->head_only)
		return;
	a->body = pour_memory(page->at, page->len);
	a->body_len = page->len;
}

/* A body of bytes in the file. */
static void file_body(struct answer *a, uint64_t from, uint64_t upto)
{
	text_add(&a->head,
		 (struct slice){ a->file->fields, a->file->fields_len });
	reply_number(&a->head, "Content-Length", upto - from);
	reply_end(&a->head);
	if (a->head_only || upto == from)
		return;
	a->body = pour_file_at(a->file->fd, from);
	a->body_len = upto - from;
}

/* ── Pages ── */

/* A short page; what is left of the head is up to the status. */
static void page(struct answer *a, int status, const char *field,
		 struct slice value)
{
	struct text t = text_over(a->page_memory, sizeof(a->page_memory));

	reply_page(&t, status);
	head_open(a, status);
	if (field != NULL)
		reply_field(&a->head, field, value);
	reply_field(&a->head, "Content-Security-Policy",
		    SLICE("default-src 'none'"));
	page_body(a, &t);
}

static void error(struct answer *a, int status)
{
	if (status == 405)
		page(a, status, "Allow", SLICE("GET, HEAD"));
	else if (status == 503)
		page(a, status, "Retry-After", SLICE("1"));
	else
		page(a, status, NULL, SLICE(""));
}

void answer_refuse(struct answer *a, int status)
{
	a->close = true;
	error(a, status);
}

/* The target has no empty segment, so this never begins with two slashes. */
static void redirect(struct answer *a)
{
	const struct target *t = &a->target;
	struct text location = text_heap(ANSWER_HEAD_SIZE);

	text_char(&location, '/');
	reply_href(&location, (struct slice){ t->path, t->len });
	text_char(&location, '/');
	if (t->query.at != NULL) {
		text_char(&location, '?');
		text_add(&location, t->query);
	}
	if (!location.full)
		page(a, 301, "Location",
		     (struct slice){ location.at, location.len });
	else
		error(a, 500);
	text_free(&location);
}

static void listing(struct answer *a, struct cache *cache)
{
	struct folder folder;
	int r = folder_read(cache->policy, a->file->fd, a->target.path,
			    &folder);

	if (r < 0) {
		error(a, find_status(r));
		return;
	}
	a->page = text_heap(LISTING_SIZE_MAX);
	listing_write(&a->page, &folder, a->target.path);
	folder_done(&folder);
	if (a->page.full) {
		error(a, 503);
		return;
	}
	head_open(a, 200);
	reply_field(&a->head, "Content-Security-Policy",
		    slice_of(listing_policy));
	page_body(a, &a->page);
}

/* ── Files ── */

static void not_modified(struct answer *a)
{
	const struct validators *v = &a->file->validators;

	head_open(a, 304);
	reply_field(&a->head, "ETag", (struct slice){ v->etag, v->etag_len });
	reply_end(&a->head);
}

/* Range counts for GET alone (RFC 9110, 14.2), and only one of it. */
static int range_of(const struct answer *a, const struct head *h,
		    struct range *ret)
{
	const struct slice *value;

	if (h->method != METHOD_GET)
		return 200;
	value = head_field(h, SLICE("Range"));
	if (value == NULL || head_count(h, SLICE("Range")) > 1 ||
	    !cond_if_range(h, &a->file->validators))
		return 200;
	return range_parse(*value, (uint64_t)a->file->st.st_size, ret);
}

static void not_satisfiable(struct answer *a, uint64_t size)
{
	char memory[32];
	struct text t = text_over(memory, sizeof(memory));

	text_str(&t, "bytes */");
	text_u64(&t, size);
	page(a, 416, "Content-Range", (struct slice){ t.at, t.len });
}

static void file(struct answer *a, const struct head *h)
{
	uint64_t size = (uint64_t)a->file->st.st_size;
	struct range range = { 0, size };
	int status = cond_check(h, &a->file->validators);

	if (status == 304) {
		not_modified(a);
		return;
	}
	if (status != 0) {
		error(a, status);
		return;
	}
	status = range_of(a, h, &range);
	if (status == 416) {
		not_satisfiable(a, size);
		return;
	}
	if (status == 200)
		range = (struct range){ 0, size };
	head_open(a, status);
	if (status == 206)
		reply_range(&a->head, range.from, range.upto, size);
	file_body(a, range.from, range.upto);
}

/* ── From the target to one of the above ── */

/* The page of the folder that a->file is; 404: it has none. */
static int take_index(struct answer *a, struct cache *cache)
{
	const char *index = cache->policy->index;
	size_t len = strlen(index), at = a->target.len;
	struct opened *found;
	int status;

	if (len == 0 || len >= sizeof(a->target.path) - at)
		return 404;
	memcpy(a->target.path + at, index, len + 1);
	found = cache_take(cache, a->target.path, at + len);
	a->target.path[at] = '\0';
	if (found == NULL)
		return 503;
	status = found->status;
	if (status == 0 && !S_ISREG(found->st.st_mode))
		status = 404;
	if (status != 0) {
		cache_give(cache, found);
		return status;
	}
	cache_give(cache, a->file);
	a->file = found;
	return 0;
}

static void folder(struct answer *a, struct cache *cache, const struct head *h)
{
	const struct target *t = &a->target;
	int status;

	if (t->len > 0 && t->path[t->len - 1] != '/') {
		redirect(a);
		return;
	}
	status = take_index(a, cache);
	if (status == 0)
		file(a, h);
	else if (status == 404)
		listing(a, cache);
	else
		error(a, status);
}

static void found(struct answer *a, struct cache *cache, const struct head *h)
{
	a->file = cache_take(cache, a->target.path, a->target.len);
	if (a->file == NULL)
		error(a, 503);
	else if (a->file->status != 0)
		error(a, a->file->status);
	else if (S_ISDIR(a->file->st.st_mode))
		folder(a, cache, h);
	else
		file(a, h);
}

/* The method comes first: OPTIONS * has no path, and need not have one. */
static int refusal(struct answer *a, const struct policy *policy,
		   const struct head *h)
{
	int status;

	if (h->method == METHOD_UNKNOWN)
		return 501;
	if (h->method == METHOD_KNOWN)
		return 405;
	status = target_parse(&a->target, h->target);
	if (status == 400)
		a->close = true;
	if (status == 0 && !policy->hidden && target_is_hidden(&a->target))
		return 404;
	return status;
}

void answer_request(struct answer *a, struct cache *cache,
		    const struct head *head)
{
	int status;

	a->old = head->minor == 0;
	a->head_only = head->method == METHOD_HEAD;
	if (!head->keep_alive || head->has_body)
		a->close = true;
	status = refusal(a, cache->policy, head);
	if (status != 0)
		error(a, status);
	else
		found(a, cache, head);
	if (a->head.full)
		error(a, 500);
}
