/* SPDX-License-Identifier: MIT */
/* Bodies that nobody wants: see intake.h. */
#include "serve/intake.h"

#include "base/base.h"
#include "http/head.h"

static bool is_refused(const struct head *h)
{
	return h->method != METHOD_GET && h->method != METHOD_HEAD &&
	       h->method != METHOD_OPTIONS;
}

int intake_begin(struct intake *i, const struct head *h)
{
	if (!h->has_body)
		return INTAKE_DONE;
	if (h->length > INTAKE_MAX || h->expects == EXPECTS_OTHER ||
	    (h->expects == EXPECTS_CONTINUE && is_refused(h)))
		return INTAKE_LEFT;
	i->asks = h->expects == EXPECTS_CONTINUE;
	i->chunked = h->chunked;
	i->left = h->chunked ? INTAKE_MAX : h->length;
	chunk_init(&i->chunk);
	return INTAKE_MORE;
}

static int take_chunks(struct intake *i, struct slice bytes, size_t *ret_used)
{
	size_t all = 0;
	int r;

	do {
		struct slice rest = { bytes.at + all, bytes.len - all }, data;
		size_t used;

		r = chunk_take(&i->chunk, rest, &used, &data);
		if (r != CHUNK_MORE && r != CHUNK_END)
			return r;
		if (data.len > i->left)
			return INTAKE_LEFT;
		i->left -= data.len;
		all += used;
	} while (r == CHUNK_MORE && all < bytes.len);
	*ret_used = all;
	return r == CHUNK_END ? INTAKE_DONE : INTAKE_MORE;
}

int intake_take(struct intake *i, struct slice bytes, size_t *ret_used)
{
	if (i->chunked)
		return take_chunks(i, bytes, ret_used);
	*ret_used = (size_t)MIN(i->left, (uint64_t)bytes.len);
	i->left -= *ret_used;
	return i->left == 0 ? INTAKE_DONE : INTAKE_MORE;
}
