/* SPDX-License-Identifier: MIT */
/* A ClientHello, byte by byte: see hello.h. */
#include "proxy/hello.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/base.h"

enum { RECORD_HANDSHAKE = 22, RECORD_HEAD = 5, RECORD_MAX = 1 << 14 };
enum { CLIENT_HELLO = 1, VERSION_AND_RANDOM = 2 + 32 };
enum { EXTENSION_NAME = 0, EXTENSION_ALPN = 16 };

/*
 * The message as if it were in one piece. The first thing that is wrong stays
 * in error; from then on every byte reads as 0 and left is 0, so that loops end
 * by themselves.
 */
struct message {
	const uint8_t *at, *end;
	size_t record; /* bytes left of this record */
	size_t left;   /* bytes left of the message */
	int error;     /* HELLO_MORE, -EPROTO, or 0 */
};

static unsigned fail(struct message *m, int error)
{
	if (m->error == 0)
		m->error = error;
	m->left = 0;
	return 0;
}

/* The head of the next record; its type must not change on the way. */
static void next_record(struct message *m)
{
	size_t len;

	if (m->end - m->at < RECORD_HEAD) {
		(void)fail(m, HELLO_MORE);
		return;
	}
	len = (size_t)m->at[3] << 8 | m->at[4];
	if (m->at[0] != RECORD_HANDSHAKE || m->at[1] != 3 || len == 0 ||
	    len > RECORD_MAX) {
		(void)fail(m, -EPROTO);
		return;
	}
	m->at += RECORD_HEAD;
	m->record = len;
}

static unsigned take(struct message *m)
{
	if (m->error != 0)
		return 0;
	if (m->left == 0)
		return fail(m, -EPROTO);
	if (m->record == 0)
		next_record(m);
	if (m->error != 0)
		return 0;
	if (m->at == m->end)
		return fail(m, HELLO_MORE);
	m->record--;
	m->left--;
	return *m->at++;
}

/* A number of n bytes. */
static size_t take_number(struct message *m, int n)
{
	size_t number = 0;

	while (n-- > 0)
		number = number << 8 | take(m);
	return number;
}

static void skip(struct message *m, size_t n)
{
	while (n-- > 0 && m->error == 0)
		(void)take(m);
}

/* A length of n bytes, of something that lies within `within`. */
static size_t take_length(struct message *m, int n, size_t within)
{
	size_t len = take_number(m, n);

	if (m->error == 0 && (within < (size_t)n || len > within - (size_t)n))
		return fail(m, -EPROTO);
	return m->error == 0 ? len : 0;
}

/* ── Extensions ── */

/* Of a host name; 0: none of its characters (RFC 6066: no trailing dot). */
static char lower(unsigned c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '.' || c == '_')
		return (char)c;
	return '\0';
}

static void take_host(struct message *m, size_t len, struct hello *h)
{
	if (len == 0 || len > HELLO_NAME_MAX || h->name_len > 0) {
		(void)fail(m, -EPROTO);
		return;
	}
	for (size_t i = 0; i < len && m->error == 0; i++) {
		char c = lower(take(m));

		if (c == '\0')
			(void)fail(m, -EPROTO);
		h->name[i] = c;
	}
	if (h->name[len - 1] == '.')
		len--;
	h->name_len = len;
}

/* A list of names, of which only those of hosts have ever been defined. */
static void take_names(struct message *m, size_t size, struct hello *h)
{
	size_t left = take_length(m, 2, size);

	if (m->error == 0 && left + 2 != size)
		(void)fail(m, -EPROTO);
	while (left > 0 && m->error == 0) {
		unsigned type = take(m);
		size_t len = take_length(m, 2, left - 1);

		if (type == 0)
			take_host(m, len, h);
		else
			skip(m, len);
		left -= m->error == 0 ? 3 + len : left;
	}
}

static void take_protocol(struct message *m, size_t len, struct hello *h)
{
	size_t room = sizeof(h->alpn) - h->alpn_len;

	if (len == 0) {
		(void)fail(m, -EPROTO);
		return;
	}
	if (len + 1 > room) {
		skip(m, len);
		return;
	}
	h->alpn[h->alpn_len++] = (char)len;
	while (len-- > 0)
		h->alpn[h->alpn_len++] = (char)take(m);
}

static void take_protocols(struct message *m, size_t size, struct hello *h)
{
	size_t left = take_length(m, 2, size);

	if (m->error == 0 && left + 2 != size)
		(void)fail(m, -EPROTO);
	while (left > 0 && m->error == 0) {
		size_t len = take_length(m, 1, left);

		take_protocol(m, len, h);
		left -= m->error == 0 ? 1 + len : left;
	}
}

/* A client says each of them once (RFC 8446, 4.2). */
static void take_extensions(struct message *m, struct hello *h)
{
	size_t left = take_length(m, 2, m->left);
	bool named = false, offered = false;

	if (m->error == 0 && left != m->left)
		(void)fail(m, -EPROTO);
	while (m->left > 0 && m->error == 0) {
		size_t type = take_number(m, 2);
		size_t len = take_length(m, 2, m->left);

		if ((type == EXTENSION_NAME && named) ||
		    (type == EXTENSION_ALPN && offered))
			(void)fail(m, -EPROTO);
		else if (type == EXTENSION_NAME)
			take_names(m, len, h);
		else if (type == EXTENSION_ALPN)
			take_protocols(m, len, h);
		else
			skip(m, len);
		named |= type == EXTENSION_NAME;
		offered |= type == EXTENSION_ALPN;
	}
}

/* ── The message ── */

static void take_hello(struct message *m, struct hello *h)
{
	size_t len;

	m->left = 4;
	if (take(m) != CLIENT_HELLO)
		(void)fail(m, -EPROTO);
	len = take_number(m, 3);
	if (len > HELLO_MAX)
		(void)fail(m, -EPROTO);
	m->left = m->error == 0 ? len : 0;
	skip(m, VERSION_AND_RANDOM);
	skip(m, take_length(m, 1, m->left)); /* session */
	skip(m, take_length(m, 2, m->left)); /* ciphers */
	skip(m, take_length(m, 1, m->left)); /* compression */
	if (m->left > 0)
		take_extensions(m, h);
}

int hello_parse(struct hello *ret, const char *buf, size_t len)
{
	const uint8_t *from = (const uint8_t *)buf;
	struct message m = { .at = from, .end = from + len };
	struct hello h = { 0 };

	if (len == 0)
		return HELLO_MORE;
	if (from[0] != RECORD_HANDSHAKE || (len > 1 && from[1] != 3))
		return HELLO_NOT_TLS;
	take_hello(&m, &h);
	if (m.error == HELLO_MORE && len >= HELLO_MAX)
		return -EPROTO;
	if (m.error == 0)
		*ret = h;
	return m.error;
}

/* Bytes of a record that belong to the head of the message. */
static void note_head(struct hello_scan *s, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n && s->have + i < sizeof(s->head); i++)
		s->head[s->have + i] = from[i];
}

/* Or, by what it begins with, none that is worth waiting for. */
static bool is_whole(const struct hello_scan *s, size_t have)
{
	size_t len = (size_t)s->head[1] << 16 | (size_t)s->head[2] << 8 |
		     s->head[3];

	if (have < sizeof(s->head))
		return have > 0 && s->head[0] != CLIENT_HELLO;
	return s->head[0] != CLIENT_HELLO || len > HELLO_MAX ||
	       have - sizeof(s->head) >= len;
}

bool hello_is_due(struct hello_scan *s, const char *buf, size_t len)
{
	const uint8_t *from = (const uint8_t *)buf;

	while (len >= s->at + RECORD_HEAD) {
		const uint8_t *record = from + s->at;
		size_t n = (size_t)record[3] << 8 | record[4];
		size_t here = MIN(len - s->at - RECORD_HEAD, n);

		if (record[0] != RECORD_HANDSHAKE || n == 0)
			return true;
		note_head(s, record + RECORD_HEAD, here);
		if (is_whole(s, s->have + here))
			return true;
		if (here < n)
			break;
		s->at += RECORD_HEAD + n;
		s->have += (uint32_t)n;
	}
	return len >= HELLO_MAX || (len > 0 && from[0] != RECORD_HANDSHAKE);
}

unsigned hello_place(const struct hello *h, struct slice protocol)
{
	unsigned place = 1;

	for (size_t at = 0; at < h->alpn_len; place++) {
		size_t len = (unsigned char)h->alpn[at];

		if (slice_is((struct slice){ h->alpn + at + 1, len }, protocol))
			return place;
		at += 1 + len;
	}
	return 0;
}

bool hello_offers(const struct hello *h, struct slice protocol)
{
	return hello_place(h, protocol) > 0;
}
