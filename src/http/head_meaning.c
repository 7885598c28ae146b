/* SPDX-License-Identifier: MIT */
/*
 * Host, body and keep-alive. Where two readers could take a message for two
 * different ones (RFC 9112, 11.2) there is no guessing: it is refused.
 */
#include "http/head_meaning.h"

#include "base/text.h"
#include "http/head.h"

/* uri-host [ ":" port ]: no user, no path, no space (RFC 9112, 3.2). */
static bool is_host(struct slice s)
{
	static const char others[] = "!$&'()*+,;=:[]%-._~";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		      (c >= 'A' && c <= 'Z') || strchr(others, c) != NULL))
			return false;
	}
	return true;
}

static int set_host(struct head *h)
{
	const struct slice *host = head_field(h, SLICE("Host"));

	h->host = host != NULL ? *host : SLICE("");
	if ((host == NULL && h->minor > 0) || head_count(h, SLICE("Host")) > 1)
		return 400;
	return is_host(h->host) ? 0 : 400;
}

static int set_body(struct head *h)
{
	const struct slice *te = head_field(h, SLICE("Transfer-Encoding"));
	const struct slice *cl = head_field(h, SLICE("Content-Length"));
	uint64_t length = 0;

	if (te != NULL && (cl != NULL || h->minor == 0 ||
			   head_count(h, SLICE("Transfer-Encoding")) > 1 ||
			   !slice_is_word(*te, SLICE("chunked"))))
		return 400;
	if (cl != NULL && (head_count(h, SLICE("Content-Length")) > 1 ||
			   !text_digits(*cl, INT64_MAX, &length)))
		return 400;
	h->has_body = te != NULL || length > 0;
	return 0;
}

/* Whether a comma list holds the word. */
static bool lists(struct slice list, struct slice word)
{
	while (list.len > 0) {
		const char *comma = memchr(list.at, ',', list.len);
		size_t n = comma != NULL ? (size_t)(comma - list.at) : list.len;

		if (slice_is_word(slice_trim((struct slice){ list.at, n }),
				  word))
			return true;
		if (comma == NULL)
			return false;
		list.at += n + 1;
		list.len -= n + 1;
	}
	return false;
}

static void set_keep_alive(struct head *h)
{
	bool close = false, keep = h->minor > 0;

	for (uint32_t i = 0; i < h->n_fields; i++) {
		struct slice value = h->fields[i].value;

		if (!slice_is_word(h->fields[i].name, SLICE("Connection")))
			continue;
		close |= lists(value, SLICE("close"));
		keep |= lists(value, SLICE("keep-alive"));
	}
	h->keep_alive = keep && !close;
}

int head_understand(struct head *h)
{
	int status = set_host(h);

	if (status == 0)
		status = set_body(h);
	if (status == 0)
		set_keep_alive(h);
	return status;
}
