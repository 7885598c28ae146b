/* SPDX-License-Identifier: MIT */
/*
 * Heads: all slices lie in the buffer, and the answer is the same when the
 * bytes come in two pieces.
 */
#include <string.h>

#include "fuzz.h"
#include "http/head.h"

static void check_slice(struct slice s, const char *buf, size_t len)
{
	if (s.len > 0)
		CHECK(s.at >= buf && s.at + s.len <= buf + len);
}

static void check_head(const struct head *h, const char *buf, size_t len)
{
	CHECK(h->len > 0 && h->len <= len);
	CHECK(h->n_fields <= HEAD_FIELDS_MAX);
	check_slice(h->line, buf, h->len);
	check_slice(h->target, buf, h->len);
	check_slice(h->host, buf, h->len);
	for (uint32_t i = 0; i < h->n_fields; i++) {
		check_slice(h->fields[i].name, buf, h->len);
		check_slice(h->fields[i].value, buf, h->len);
		CHECK(h->fields[i].name.len > 0);
	}
	CHECK(memcmp(buf + h->len - 4, "\r\n\r\n", 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct head whole, parts;
	size_t split = size > 0 ? data[0] * size / 256 : 0;
	const char *buf = (const char *)data;
	int a, b;

	if (size > HEAD_SIZE_MAX)
		return 0;
	head_init(&whole);
	a = head_parse(&whole, buf, size);
	head_init(&parts);
	b = head_parse(&parts, buf, split);
	if (b == HEAD_MORE)
		b = head_parse(&parts, buf, size);
	if (a == 0)
		check_head(&whole, buf, size);
	if (a == 0 && b == 0)
		CHECK(whole.len == parts.len &&
		      whole.n_fields == parts.n_fields);
	CHECK(a == b);
	return 0;
}
