/* SPDX-License-Identifier: MIT */
/* Files: see answer_file.h. */
#include "serve/answer_file.h"

#include "http/cond.h"
#include "http/head.h"
#include "http/reply.h"
#include "serve/answer.h"
#include "serve/answer_parts.h"
#include "serve/cache.h"
#include "serve/compose.h"
#include "serve/sibling.h"

/* With what a cache needs to know of the 200 (RFC 9110, 15.4.5). */
static void not_modified(struct answer *a)
{
	const struct validators *v = &a->file->validators;

	compose_begin(a, 304);
	reply_field(&a->head, "ETag", (struct slice){ v->etag, v->etag_len });
	compose_vary(a);
	compose_none(a);
}

/*
 * Range counts for GET alone (RFC 9110, 14.2), and only one of it. Who asks for
 * a part of an empty file gets all of it: a program that goes on with what it
 * has is done, and 416 would tell it to begin again.
 */
static int ask_ranges(struct answer *a, const struct head *h)
{
	const struct slice *value;

	if (h->method != METHOD_GET || head_lacks(h, SLICE("Range")) ||
	    a->file->st.st_size == 0)
		return 200;
	value = head_field(h, SLICE("Range"));
	if (value == NULL || head_repeats(h, SLICE("Range")) ||
	    !cond_if_range(h, &a->file->validators))
		return 200;
	return ranges_parse(*value, (uint64_t)a->file->st.st_size, &a->ranges);
}

static void partial(struct answer *a)
{
	const struct range *r = &a->ranges.at[0];

	if (a->ranges.n > 1) {
		if (!answer_parts(a))
			compose_whole(a);
		return;
	}
	compose_begin(a, 206);
	reply_range(&a->head, r->from, r->upto, (uint64_t)a->file->st.st_size);
	compose_file(a, r->from, r->upto);
}

static void not_satisfiable(struct answer *a)
{
	char memory[32];
	struct text t = text_over(memory, sizeof(memory));

	text_str(&t, "bytes */");
	text_u64(&t, (uint64_t)a->file->st.st_size);
	compose_page(a, 416, "Content-Range", (struct slice){ t.at, t.len });
}

void answer_file(struct answer *a, struct cache *cache, const struct head *h)
{
	int status;

	sibling_choose(a, cache, h);
	status = cond_check(h, &a->file->validators);
	if (status == 0)
		status = ask_ranges(a, h);
	if (status == 304)
		not_modified(a);
	else if (status == 416)
		not_satisfiable(a);
	else if (status == 206)
		partial(a);
	else if (status == 200)
		compose_whole(a);
	else
		compose_error(a, status);
}
