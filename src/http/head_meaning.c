/* SPDX-License-Identifier: MIT */
/*
 * Host, body, keep-alive and what is expected. Where two readers could take a message for two
 * different ones (RFC 9112, 11.2) there is no guessing: it is refused.
 */
#include "http/head_meaning.h"

#include "base/text.h"
#include "http/char.h"
#include "http/head.h"
#include "http/target.h"

static bool is_port(struct slice s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	return s.len == 0 || s.at[0] == ':';
}

/* uri-host [ ":" port ]: no user, no path, no space (RFC 9112, 3.2). */
static bool is_host(struct slice s)
{
	size_t n;

	if (s.len > 0 && s.at[0] == '[') {
		n = 1 + char_span(s, 1, CHAR_ADDRESS);
		if (n < 3 || n == s.len || s.at[n++] != ']')
			return false;
	} else {
		n = char_span(s, 0, CHAR_HOST);
	}
	return is_port((struct slice){ s.at + n, s.len - n });
}

/* What the target says of the host counts for more (RFC 9112, 3.2.2). */
static int set_host(struct head *h)
{
	const struct slice *host = head_field(h, SLICE("Host"));
	struct slice authority, rest;

	h->host = host != NULL ? *host : SLICE("");
	if ((host == NULL && h->minor > 0) || head_repeats(h, SLICE("Host")) ||
	    !is_host(h->host))
		return 400;
	if (!target_split(h->target, &authority, &rest))
		return 0;
	h->host = authority;
	return authority.len > 0 && *authority.at != ':' && is_host(authority)
		       ? 0
		       : 400;
}

static int set_body(struct head *h)
{
	const struct slice *te, *cl;

	h->length = 0;
	h->chunked = h->has_body = false;
	if (head_lacks(h, SLICE("Transfer-Encoding")) &&
	    head_lacks(h, SLICE("Content-Length")))
		return 0;
	te = head_field(h, SLICE("Transfer-Encoding"));
	cl = head_field(h, SLICE("Content-Length"));
	if (te != NULL && (cl != NULL || h->minor == 0 ||
			   head_repeats(h, SLICE("Transfer-Encoding"))))
		return 400;
	if (te != NULL && !slice_is_word(*te, SLICE("chunked")))
		return 501;
	if (cl != NULL && (head_repeats(h, SLICE("Content-Length")) ||
			   !text_digits(*cl, INT64_MAX, &h->length)))
		return 400;
	h->chunked = te != NULL;
	h->has_body = h->chunked || h->length > 0;
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

	h->keep_alive = keep;
	if (head_lacks(h, SLICE("Connection")))
		return;
	for (uint32_t i = 0; i < h->n_fields; i++) {
		struct slice value = h->fields[i].value;

		if (!slice_is_word(h->fields[i].name, SLICE("Connection")))
			continue;
		close |= lists(value, SLICE("close"));
		keep |= lists(value, SLICE("keep-alive"));
	}
	h->keep_alive = keep && !close;
}

/* The only expectation that there is, once or more often. */
static void set_expects(struct head *h)
{
	h->expects = EXPECTS_NOTHING;
	if (h->minor == 0 || head_lacks(h, SLICE("Expect")))
		return;
	for (uint32_t i = 0; i < h->n_fields; i++) {
		if (!slice_is_word(h->fields[i].name, SLICE("Expect")))
			continue;
		if (!slice_is_word(h->fields[i].value, SLICE("100-continue"))) {
			h->expects = EXPECTS_OTHER;
			return;
		}
		h->expects = EXPECTS_CONTINUE;
	}
}

int head_understand(struct head *h)
{
	int status = set_host(h);

	if (status == 0)
		status = set_body(h);
	if (status != 0)
		return status;
	set_keep_alive(h);
	set_expects(h);
	return 0;
}
