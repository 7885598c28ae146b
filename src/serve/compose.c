/* SPDX-License-Identifier: MIT */
/* Heads and bodies put together: see compose.h. */
#include "serve/compose.h"

#include "http/reply.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/manners.h"

#define ALLOWED   SLICE("GET, HEAD, OPTIONS")
#define CHALLENGE SLICE("Basic realm=\"pour\", charset=\"UTF-8\"")
#define HTML      SLICE("text/html; charset=utf-8")

static struct slice written(const struct text *t)
{
	return (struct slice){ t->at, t->len };
}

void compose_begin(struct answer *a, int status)
{
	a->status = status;
	body_done(&a->body);
	body_none(&a->body);
	a->head = text_over(a->head_memory, sizeof(a->head_memory));
	reply_begin(&a->head, status, a->date);
	if (a->manners != NULL)
		text_add(&a->head, written(&a->manners->fields));
}

/* A sibling's bytes are of the type of what it is a sibling of. */
static const struct opened *typed(const struct answer *a)
{
	return a->original != NULL ? a->original : a->file;
}

struct slice compose_type(const struct answer *a)
{
	return opened_type(typed(a));
}

void compose_vary(struct answer *a)
{
	if (a->original != NULL || a->file->compresses)
		reply_field(&a->head, "Vary", SLICE("Accept-Encoding"));
}

/* A file that compresses says itself that it varies; a sibling does not. */
void compose_fields(struct answer *a)
{
	text_add(&a->head, opened_fields(a->file));
	if (a->original == NULL)
		return;
	reply_field(&a->head, "Content-Encoding", slice_of(a->coding));
	if (!a->file->compresses)
		compose_vary(a);
}

/* Only now is it known whether the body needs the connection's end. */
static void end(struct answer *a)
{
	if (a->close)
		reply_field(&a->head, "Connection", SLICE("close"));
	else if (a->old)
		reply_field(&a->head, "Connection", SLICE("keep-alive"));
	reply_end(&a->head);
}

void compose_none(struct answer *a)
{
	end(a);
}

static void describe(struct answer *a, struct slice type)
{
	reply_field(&a->head, "Content-Type", type);
	reply_field(&a->head, "X-Content-Type-Options", SLICE("nosniff"));
}

void compose_memory(struct answer *a, struct slice type, struct slice bytes)
{
	describe(a, type);
	reply_number(&a->head, "Content-Length", bytes.len);
	end(a);
	if (!a->head_only)
		body_memory(&a->body, bytes.at, bytes.len);
}

static void add_body(struct answer *a, uint64_t from, uint64_t upto)
{
	const char *bytes;

	if (a->head_only || upto <= from)
		return;
	bytes = opened_bytes(a->file);
	if (bytes != NULL)
		body_memory(&a->body, bytes + from, upto - from);
	else
		body_file(&a->body, a->file->fd, from, upto - from);
}

void compose_file(struct answer *a, uint64_t from, uint64_t upto)
{
	text_add(&a->head, opened_type_line(typed(a)));
	compose_fields(a);
	reply_number(&a->head, "Content-Length", upto - from);
	end(a);
	add_body(a, from, upto);
}

/* Nothing in its head is about this request: all who ask so get the same. */
static bool is_plain(const struct answer *a)
{
	return !a->close && !a->old && !a->head_only && a->original == NULL;
}

/* As somebody was answered in this turn already; false: nobody was. */
static bool repeat(struct answer *a)
{
	struct text head = opened_head(a->file);

	if (head.len == 0)
		return false;
	a->status = 200;
	a->head = head;
	body_memory(&a->body, head.at + head.len,
		    (uint64_t)a->file->st.st_size);
	return true;
}

void compose_whole(struct answer *a)
{
	bool plain = is_plain(a);

	if (plain && repeat(a))
		return;
	compose_begin(a, 200);
	compose_file(a, 0, (uint64_t)a->file->st.st_size);
	if (!plain || a->head.full)
		return;
	opened_keep_head(a->file, written(&a->head));
	(void)repeat(a);
}

void compose_stream(struct answer *a, struct slice type, body_reader *reader,
		    body_over *over, void *context)
{
	describe(a, type);
	if (a->old)
		a->close = true;
	else
		reply_field(&a->head, "Transfer-Encoding", SLICE("chunked"));
	end(a);
	body_function(&a->body, reader, over, context, !a->old);
	if (a->head_only)
		body_silence(&a->body);
}

/* ── Whole replies ── */

/* why: one sentence more, or NULL. name: one field more, or NULL. */
/* What a status asks for beside its page. */
static void error_fields(struct answer *a, int status)
{
	if (status == 405)
		reply_field(&a->head, "Allow", ALLOWED);
	else if (status == 503)
		reply_field(&a->head, "Retry-After", SLICE("1"));
	else if (status == 401)
		reply_field(&a->head, "WWW-Authenticate", CHALLENGE);
}

static void page(struct answer *a, int status, const char *why,
		 const char *name, struct slice value)
{
	struct text t = text_over(a->page_memory, sizeof(a->page_memory));

	reply_page(&t, status, why);
	compose_begin(a, status);
	error_fields(a, status);
	if (name != NULL)
		reply_field(&a->head, name, value);
	reply_field(&a->head, "Content-Security-Policy",
		    SLICE("default-src 'none'"));
	compose_memory(a, HTML, (struct slice){ t.at, t.len });
}

void compose_page(struct answer *a, int status, const char *name,
		  struct slice value)
{
	page(a, status, NULL, name, value);
}

void compose_bad(struct answer *a, const char *why)
{
	page(a, 400, why, NULL, SLICE(""));
}

void compose_error_file(struct answer *a, int status)
{
	uint64_t size = (uint64_t)a->file->st.st_size;

	compose_begin(a, status);
	error_fields(a, status);
	describe(a, opened_type(a->file));
	reply_number(&a->head, "Content-Length", size);
	end(a);
	add_body(a, 0, size);
}

void compose_error(struct answer *a, int status)
{
	page(a, status, NULL, NULL, SLICE(""));
}

void compose_options(struct answer *a)
{
	compose_begin(a, 204);
	reply_field(&a->head, "Allow", ALLOWED);
	if (a->manners != NULL)
		text_add(&a->head, written(&a->manners->preflight));
	compose_none(a);
}

/* The target has no empty segment, so this never begins with two slashes. */
void compose_slash(struct answer *a)
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
		compose_page(a, 301, "Location",
			     (struct slice){ location.at, location.len });
	else
		compose_error(a, 500);
	text_free(&location);
}
