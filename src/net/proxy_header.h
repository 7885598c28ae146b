/* SPDX-License-Identifier: MIT */
/*
 * The header of the PROXY protocol, which says before the first byte of a
 * stream where it came from; version 1 is a line, version 2 is binary
 * (haproxy.org, proxy-protocol.txt).
 *
 *      buf ──► proxy_header_parse ──► MORE │ 0: addresses │ why it is none
 *
 * Strict, since whoever may send one decides whose address the log, the limits
 * and the access lists see: what is not exactly a header is refused, at its
 * first wrong byte.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "net/addr.h"

enum {
	/* The longest that is read: version 2 with its extensions. */
	PROXY_HEADER_MAX = 4096,
	/* The longest that is written: version 2 between unix sockets. */
	PROXY_HEADER_WRITTEN_MAX = 232,
};

struct proxy_header {
	size_t len;      /* bytes of the header itself */
	bool local;      /* it names nobody: the connection's own ends count */
	struct addr src; /* the client */
	struct addr dst; /* what the client connected to */
	/* Extensions of version 2, in buf; at NULL: not there. */
	struct slice authority; /* the host name that the client asked for */
	struct slice alpn;
	struct slice unique_id;
};

/* Bytes are missing. */
enum { PROXY_HEADER_MORE = 1 };

/*
 * Reads the header that buf begins with; what follows it is not looked at. 0,
 * PROXY_HEADER_MORE (never from PROXY_HEADER_MAX bytes on), or -EPROTO with
 * *ret_why a few words for the log. ret is untouched but by 0.
 */
int proxy_header_parse(struct proxy_header *ret, const char *buf, size_t len,
		       const char **ret_why);

/*
 * Write one and answer its length. Addresses of different or other families
 * (src NULL: a connection of our own, such as a check) make a header that
 * names nobody: "PROXY UNKNOWN", LOCAL.
 */
size_t proxy_header_v1(char buf[PROXY_HEADER_WRITTEN_MAX],
		       const struct addr *src, const struct addr *dst);
size_t proxy_header_v2(char buf[PROXY_HEADER_WRITTEN_MAX],
		       const struct addr *src, const struct addr *dst);

#endif
