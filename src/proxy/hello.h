/* SPDX-License-Identifier: MIT */
/*
 * What a TLS client says first, as far as it is needed to choose where the
 * connection goes: the name of the host and the protocols (RFC 8446, 4.1.2;
 * RFC 6066, 3; RFC 7301, 3.1). Nothing of TLS is ended or changed here.
 *
 *      bytes ──► records ──► handshake message ──► extensions ──► name, ALPN
 */
#ifndef PROXY_HELLO_H
#define PROXY_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

enum {
	/* More is not looked at; a hello with keys and certificates of today
	 * has some thousand bytes, and may come in several records. */
	HELLO_MAX = 64 * 1024,
	HELLO_NAME_MAX = 255,
	HELLO_ALPN_MAX = 255,
};

struct hello {
	size_t name_len;           /* 0: the client named no host */
	size_t alpn_len;           /* 0: it named no protocol */
	char name[HELLO_NAME_MAX]; /* in lower case, no dot at its end */
	/* As on the wire: each name with its length in a byte before it. Those
	 * that do not fit are left out. */
	char alpn[HELLO_ALPN_MAX];
};

enum {
	HELLO_MORE = 1, /* bytes are missing */
	HELLO_NOT_TLS,  /* something else; and nothing is wrong with that */
};

/*
 * Reads the hello that buf begins with, however it is cut into records. 0,
 * HELLO_MORE (never from HELLO_MAX bytes on), HELLO_NOT_TLS, or -EPROTO: it
 * began as TLS and is malformed. ret is untouched but by 0.
 */
int hello_parse(struct hello *ret, const char *buf, size_t len);
/* How far a hello that grows was looked at; all zero at first. */
struct hello_scan {
	size_t at;       /* where the next record begins */
	uint32_t have;   /* bytes of the message in those before it */
	uint8_t head[4]; /* the first of them: its type and length */
};
/*
 * Whether it is time for hello_parse(): the message is whole, or something else
 * is clear already. The same bytes and maybe more each time, so that one that
 * comes byte by byte is not read from the start for each of them.
 */
bool hello_is_due(struct hello_scan *s, const char *buf, size_t len);
/* In which place the client offers that protocol, from 1 on; 0: not at all. */
unsigned hello_place(const struct hello *h, struct slice protocol);
/* Whether the client offers that protocol. */
bool hello_offers(const struct hello *h, struct slice protocol);

#endif
