/* SPDX-License-Identifier: MIT */
/* The lines between pieces: see multipart.h. */
#include "http/multipart.h"

#include "http/reply.h"

/* A head at its longest, with a type as long as a field may be. */
enum { HEAD_MAX = 1024 };

void multipart_init(struct multipart *m, const struct ranges *ranges,
		    struct slice type, uint64_t size,
		    const uint8_t random[MULTIPART_RANDOM])
{
	static const char hex[] = "0123456789abcdef";

	m->ranges = ranges;
	m->type = type;
	m->size = size;
	for (size_t i = 0; i < MULTIPART_RANDOM; i++) {
		m->boundary[2 * i] = hex[random[i] >> 4];
		m->boundary[2 * i + 1] = hex[random[i] & 15];
	}
}

static struct slice boundary(const struct multipart *m)
{
	return (struct slice){ m->boundary, sizeof(m->boundary) };
}

void multipart_type(const struct multipart *m, struct text *t)
{
	text_add(t, SLICE("multipart/byteranges; boundary="));
	text_add(t, boundary(m));
}

void multipart_head(const struct multipart *m, uint32_t i, struct text *t)
{
	const struct range *r;

	if (i > 0)
		text_add(t, SLICE("\r\n"));
	text_add(t, SLICE("--"));
	text_add(t, boundary(m));
	if (i == m->ranges->n) {
		text_add(t, SLICE("--\r\n"));
		return;
	}
	r = &m->ranges->at[i];
	text_add(t, SLICE("\r\n"));
	reply_field(t, "Content-Type", m->type);
	reply_range(t, r->from, r->upto, m->size);
	reply_end(t);
}

uint64_t multipart_length(const struct multipart *m)
{
	uint64_t len = 0;

	for (uint32_t i = 0; i <= m->ranges->n; i++) {
		char memory[HEAD_MAX];
		struct text t = text_over(memory, sizeof(memory));

		multipart_head(m, i, &t);
		if (t.full)
			return UINT64_MAX;
		len += t.len;
		if (i < m->ranges->n)
			len += m->ranges->at[i].upto - m->ranges->at[i].from;
	}
	return len;
}
