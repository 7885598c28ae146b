/* SPDX-License-Identifier: MIT */
/* Three paths, and what is said at each: see probe.h. */
#include "http/probe_answer.h"

#include <time.h>

#include "base/text.h"
#include "http/date.h"
#include "http/head.h"
#include "http/probe.h"
#include "http/reply.h"

static bool is_at(const struct head *head, const char *path)
{
	struct slice target = head->target;
	const char *query = memchr(target.at, '?', target.len);

	if (query != NULL)
		target.len = (size_t)(query - target.at);
	return slice_is(target, slice_of(path));
}

/* The page, if there is more to say than its status. */
static int fill_page(const struct probe_source *source, const struct head *head,
		     struct text *page)
{
	if (head->method != METHOD_GET && head->method != METHOD_HEAD)
		return 405;
	if (is_at(head, "/metrics")) {
		source->write(source->context, page);
		return page->full ? 500 : 200;
	}
	if (is_at(head, "/healthz"))
		return 200;
	if (is_at(head, "/readyz"))
		return source->is_ready(source->context, page) ? 200 : 503;
	return 404;
}

static void fill_head(struct text *t, int status, size_t len)
{
	char date[DATE_LEN + 1];

	date_format(time(NULL), date);
	reply_begin(t, status, date);
	if (status == 405)
		reply_field(t, "Allow", SLICE("GET, HEAD"));
	reply_field(t, "Content-Type",
		    SLICE("text/plain; version=0.0.4; charset=utf-8"));
	reply_number(t, "Content-Length", len);
	reply_field(t, "Cache-Control", SLICE("no-store"));
	reply_field(t, "Connection", SLICE("close"));
	reply_end(t);
}

size_t probe_answer(const struct probe_source *source, const struct head *head,
		    int status, struct text *ret_head, struct text *ret_page)
{
	if (status == 0)
		status = fill_page(source, head, ret_page);
	if (ret_page->len == 0 || (status != 200 && status != 503)) {
		ret_page->len = 0;
		text_str(ret_page, reply_reason(status));
		text_char(ret_page, '\n');
	}
	fill_head(ret_head, status, ret_page->len);
	return head->method == METHOD_HEAD ? 0 : ret_page->len;
}
