/* SPDX-License-Identifier: MIT */
/* Bodies: see body.h. */
#include "serve/body.h"

static void one_part(struct body *b, struct pour_end end, uint64_t len)
{
	b->part = (struct body_part){ .end = end, .len = len };
	b->len = len;
	b->more = 0;
	b->next = NULL;
	b->over = NULL;
	b->context = NULL;
}

void body_none(struct body *b)
{
	one_part(b, pour_memory(NULL, 0), 0);
}

void body_memory(struct body *b, const void *memory, uint64_t len)
{
	one_part(b, pour_memory(memory, len), len);
}

void body_file(struct body *b, int fd, uint64_t from, uint64_t len)
{
	one_part(b, pour_file_at(fd, from), len);
}

void body_function(struct body *b, body_reader *reader, body_over *over,
		   void *context, bool in_chunks)
{
	one_part(b, pour_from(reader, context, -1), BODY_UNKNOWN);
	if (in_chunks) {
		chunked_init(&b->chunked, reader, context);
		b->part.end = pour_from(chunked_read, &b->chunked, -1);
	}
	b->over = over;
	b->context = context;
}

void body_silence(struct body *b)
{
	b->part = (struct body_part){ .end = pour_memory(NULL, 0) };
	b->len = b->more = 0;
}

void body_done(struct body *b)
{
	body_over *over = b->over;

	b->over = NULL;
	if (over != NULL)
		over(b->context);
}
