/* SPDX-License-Identifier: MIT */
/*
 * PROXY headers: the answer does not depend on how many bytes were there at
 * first, extensions lie in the header, and one that is written anew from what
 * was read is read as the same.
 */
#include <string.h>

#include "fuzz.h"
#include "net/proxy_header.h"

static void check_slice(struct slice s, const char *buf, size_t len)
{
	if (s.at != NULL)
		CHECK(s.at >= buf && s.at + s.len <= buf + len);
}

static void check_written(const struct proxy_header *h)
{
	char buf[PROXY_HEADER_WRITTEN_MAX];
	size_t n = proxy_header_v2(buf, &h->src, &h->dst);
	struct proxy_header again;
	const char *why;

	CHECK(proxy_header_parse(&again, buf, n, &why) == 0);
	CHECK(again.len == n && !again.local);
	CHECK(again.src.len == h->src.len && again.dst.len == h->dst.len);
	CHECK(memcmp(&again.src, &h->src, h->src.len) == 0);
	CHECK(memcmp(&again.dst, &h->dst, h->dst.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *buf = (const char *)data, *why;
	struct proxy_header whole, part;
	size_t split = size > 0 ? data[size - 1] % (size + 1) : 0;
	int a = proxy_header_parse(&whole, buf, size, &why);
	int b = proxy_header_parse(&part, buf, split, &why);

	CHECK(size < PROXY_HEADER_MAX || a != PROXY_HEADER_MORE);
	CHECK(b == a || b == PROXY_HEADER_MORE);
	if (a != 0)
		return 0;
	CHECK(whole.len <= size && whole.len <= PROXY_HEADER_MAX);
	check_slice(whole.authority, buf, whole.len);
	check_slice(whole.alpn, buf, whole.len);
	check_slice(whole.unique_id, buf, whole.len);
	if (!whole.local)
		check_written(&whole);
	return 0;
}
