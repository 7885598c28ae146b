/* SPDX-License-Identifier: MIT */
/* Several ranges: see answer_parts.h. */
#include "serve/answer_parts.h"

#include <sys/random.h>

#include "http/reply.h"
#include "serve/answer.h"
#include "serve/cache.h"
#include "serve/compose.h"

/* The lines before a part; they stay until the next one is asked for. */
static struct slice lines(struct answer *a, uint32_t i)
{
	struct text t = text_over(a->page_memory, sizeof(a->page_memory));

	multipart_head(&a->multipart, i, &t);
	return (struct slice){ t.at, t.len };
}

/* Behind the last part comes one more, with lines and nothing else. */
static void part(struct answer *a, uint32_t i, struct body_part *ret)
{
	const struct range *r;

	if (i == a->ranges.n) {
		ret->end = pour_memory(NULL, 0);
		ret->len = 0;
		return;
	}
	r = &a->ranges.at[i];
	ret->end = pour_file_at(a->file->fd, r->from);
	ret->len = r->upto - r->from;
}

static void next(void *context, struct body_part *ret)
{
	struct answer *a = context;
	uint32_t i = a->ranges.n - a->body.more;

	ret->head = lines(a, i);
	part(a, i, ret);
}

static void set_type(struct answer *a)
{
	char memory[64];
	struct text type = text_over(memory, sizeof(memory));

	multipart_type(&a->multipart, &type);
	reply_field(&a->head, "Content-Type",
		    (struct slice){ type.at, type.len });
}

/* The first part's lines go along with the head of the answer. */
static void compose(struct answer *a, uint64_t len)
{
	compose_begin(a, 206);
	set_type(a);
	compose_fields(a);
	reply_number(&a->head, "Content-Length", len);
	compose_none(a);
	text_add(&a->head, lines(a, 0));
	part(a, 0, &a->body.part);
	a->body.len = len;
	a->body.more = a->ranges.n;
	a->body.next = next;
	a->body.context = a;
}

bool answer_parts(struct answer *a)
{
	uint64_t size = (uint64_t)a->file->st.st_size, len;
	uint8_t random[MULTIPART_RANDOM];

	/* It never blocks, and so few bytes come whole (getrandom(2)). */
	if (getrandom(random, sizeof(random), GRND_INSECURE) < 0)
		return false;
	multipart_init(&a->multipart, &a->ranges, compose_type(a), size,
		       random);
	len = multipart_length(&a->multipart);
	if (len > size)
		return false;
	compose(a, len);
	return true;
}
