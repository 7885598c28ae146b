/* SPDX-License-Identifier: MIT */
/* Files: see answer_file.h. */
#include "serve/answer_file.h"

#include "http/cond.h"
#include "http/head.h"
#include "http/range.h"
#include "http/reply.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/compose.h"

static void not_modified(struct answer *a)
{
	const struct validators *v = &a->file->validators;

	compose_begin(a, 304);
	reply_field(&a->head, "ETag", (struct slice){ v->etag, v->etag_len });
	compose_none(a);
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
	compose_page(a, 416, "Content-Range", (struct slice){ t.at, t.len });
}

void answer_file(struct answer *a, const struct head *h)
{
	uint64_t size = (uint64_t)a->file->st.st_size;
	struct range range = { 0, size };
	int status = cond_check(h, &a->file->validators);

	if (status == 304) {
		not_modified(a);
		return;
	}
	if (status != 0) {
		compose_error(a, status);
		return;
	}
	status = range_of(a, h, &range);
	if (status == 416) {
		not_satisfiable(a, size);
		return;
	}
	if (status == 200)
		range = (struct range){ 0, size };
	compose_begin(a, status);
	if (status == 206)
		reply_range(&a->head, range.from, range.upto, size);
	compose_file(a, range.from, range.upto);
}
