/* SPDX-License-Identifier: MIT */
/*
 * Version 2 (section 2.2):
 *
 *      begin 12 │ version, command │ family │ length 2 │ addresses │ extensions
 *
 * An extension is a type, a length of two bytes, and so many bytes.
 */
#include "net/proxy_header_v2.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "base/base.h"
#include "net/proxy_header.h"

enum { FIXED = 16, TLV_HEAD = 3 };
enum { COMMAND_LOCAL = 0x20, COMMAND_PROXY = 0x21 };
enum { UNSPEC = 0x00, TCP4 = 0x11, TCP6 = 0x21, UNIX_STREAM = 0x31 };
enum { TCP4_SIZE = 12, TCP6_SIZE = 36, UNIX_SIZE = 216, UNIX_PATH = 108 };
enum {
	TLV_ALPN = 0x01,
	TLV_AUTHORITY = 0x02,
	TLV_CRC32C = 0x03,
	TLV_UNIQUE_ID = 0x05
};

static size_t get_u16(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (size_t)p[0] << 8 | p[1];
}

/* ── Addresses ── */

static void set_v4(struct addr *a, const char *host, const char *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };

	memcpy(&sin.sin_addr, host, sizeof(sin.sin_addr));
	memcpy(&sin.sin_port, port, sizeof(sin.sin_port));
	memcpy(&a->storage, &sin, sizeof(sin));
	a->len = sizeof(sin);
}

static void set_v6(struct addr *a, const char *host, const char *port)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };

	memcpy(&sin6.sin6_addr, host, sizeof(sin6.sin6_addr));
	memcpy(&sin6.sin6_port, port, sizeof(sin6.sin6_port));
	memcpy(&a->storage, &sin6, sizeof(sin6));
	a->len = sizeof(sin6);
}

/* A name may fill its 108 bytes; an abstract one begins with a NUL. */
static void set_unix(struct addr *a, const char *path)
{
	size_t len = path[0] == '\0' ? (size_t)UNIX_PATH
				     : strnlen(path, UNIX_PATH);

	a->un.sun_family = AF_UNIX;
	memcpy(a->un.sun_path, path, len);
	a->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* Bytes of addresses for a family; SIZE_MAX: no family of streams. */
static size_t size_of(unsigned char family)
{
	switch (family) {
	case UNSPEC:
		return 0;
	case TCP4:
		return TCP4_SIZE;
	case TCP6:
		return TCP6_SIZE;
	case UNIX_STREAM:
		return UNIX_SIZE;
	default:
		return SIZE_MAX;
	}
}

static void set_addresses(struct proxy_header *h, unsigned char family,
			  const char *at)
{
	switch (family) {
	case TCP4:
		set_v4(&h->src, at, at + 8);
		set_v4(&h->dst, at + 4, at + 10);
		break;
	case TCP6:
		set_v6(&h->src, at, at + 32);
		set_v6(&h->dst, at + 16, at + 34);
		break;
	case UNIX_STREAM:
		set_unix(&h->src, at);
		set_unix(&h->dst, at + UNIX_PATH);
		break;
	default:
		h->local = true;
		break;
	}
}

/* ── Extensions ── */

/* Castagnoli's polynomial, bit by bit: a header is short and comes once. */
static uint32_t crc32c(uint32_t crc, unsigned char byte)
{
	crc ^= byte;
	for (int i = 0; i < 8; i++)
		crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0x82f63b78) : 0);
	return crc;
}

/* Of the whole header, where the four bytes at `at` count as zero. */
static bool is_sum_right(const char *buf, size_t len, const char *at)
{
	uint32_t crc = UINT32_MAX, said = 0;

	for (size_t i = 0; i < len; i++) {
		bool own = buf + i >= at && buf + i < at + sizeof(said);

		crc = crc32c(crc, own ? 0 : (unsigned char)buf[i]);
	}
	for (size_t i = 0; i < sizeof(said); i++)
		said = said << 8 | (unsigned char)at[i];
	return said == (crc ^ UINT32_MAX);
}

/* One extension; false: its sum is wrong. */
static bool take_extension(struct proxy_header *h, int type, struct slice value,
			   const char *buf)
{
	switch (type) {
	case TLV_ALPN:
		h->alpn = value;
		break;
	case TLV_AUTHORITY:
		h->authority = value;
		break;
	case TLV_UNIQUE_ID:
		h->unique_id = value;
		break;
	case TLV_CRC32C:
		return value.len == sizeof(uint32_t) &&
		       is_sum_right(buf, h->len, value.at);
	default:
		break;
	}
	return true;
}

static int take_extensions(struct proxy_header *h, const char *buf, size_t at,
			   const char **ret_why)
{
	while (at < h->len) {
		size_t len;

		*ret_why = "an extension is longer than the header";
		if (h->len - at < TLV_HEAD)
			return -EPROTO;
		len = get_u16(buf + at + 1);
		if (h->len - at - TLV_HEAD < len)
			return -EPROTO;
		*ret_why = "the checksum is wrong";
		if (!take_extension(h, (unsigned char)buf[at],
				    (struct slice){ buf + at + TLV_HEAD, len },
				    buf))
			return -EPROTO;
		at += TLV_HEAD + len;
	}
	return 0;
}

/* ── The header ── */

static int check_fixed(const char *buf, const char **ret_why)
{
	unsigned char command = (unsigned char)buf[12];

	*ret_why = "neither PROXY nor LOCAL of version 2";
	if (command != COMMAND_LOCAL && command != COMMAND_PROXY)
		return -EPROTO;
	*ret_why = "an address family that is not one of streams";
	if (command == COMMAND_PROXY &&
	    size_of((unsigned char)buf[13]) == SIZE_MAX)
		return -EPROTO;
	*ret_why = "longer than 4096 bytes";
	return get_u16(buf + 14) > PROXY_HEADER_MAX - FIXED ? -EPROTO : 0;
}

int proxy_header_parse_v2(struct proxy_header *ret, const char *buf, size_t len,
			  const char **ret_why)
{
	struct proxy_header h = { 0 };
	unsigned char family;
	size_t addresses;
	int r;

	if (len < FIXED)
		return PROXY_HEADER_MORE;
	r = check_fixed(buf, ret_why);
	if (r < 0)
		return r;
	h.len = FIXED + get_u16(buf + 14);
	if (len < h.len)
		return PROXY_HEADER_MORE;
	family = (unsigned char)buf[13];
	h.local = (unsigned char)buf[12] == COMMAND_LOCAL;
	addresses = size_of(family);
	/* What LOCAL carries counts for nothing, whatever it is. */
	if (h.local && (addresses == SIZE_MAX || addresses > h.len - FIXED))
		addresses = h.len - FIXED;
	*ret_why = "too short for its addresses";
	if (addresses > h.len - FIXED)
		return -EPROTO;
	if (!h.local)
		set_addresses(&h, family, buf + FIXED);
	r = take_extensions(&h, buf, FIXED + addresses, ret_why);
	if (r == 0)
		*ret = h;
	return r;
}

/* ── Writing ── */

static void put_v4(char *at, const struct addr *a, size_t i)
{
	struct sockaddr_in sin;

	memcpy(&sin, &a->storage, sizeof(sin));
	memcpy(at + 4 * i, &sin.sin_addr, 4);
	memcpy(at + 8 + 2 * i, &sin.sin_port, 2);
}

static void put_v6(char *at, const struct addr *a, size_t i)
{
	struct sockaddr_in6 sin6;

	memcpy(&sin6, &a->storage, sizeof(sin6));
	memcpy(at + 16 * i, &sin6.sin6_addr, 16);
	memcpy(at + 32 + 2 * i, &sin6.sin6_port, 2);
}

/* The source is 0, the destination 1. */
static void put_address(char *at, const struct addr *a, size_t i)
{
	if (a->sa.sa_family == AF_INET)
		put_v4(at, a, i);
	else if (a->sa.sa_family == AF_INET6)
		put_v6(at, a, i);
	else
		memcpy(at + UNIX_PATH * i, a->un.sun_path, UNIX_PATH);
}

static unsigned char family_of(const struct addr *src, const struct addr *dst)
{
	if (src == NULL || src->sa.sa_family != dst->sa.sa_family)
		return UNSPEC;
	switch (src->sa.sa_family) {
	case AF_INET:
		return TCP4;
	case AF_INET6:
		return TCP6;
	case AF_UNIX:
		return UNIX_STREAM;
	default:
		return UNSPEC;
	}
}

size_t proxy_header_v2(char buf[PROXY_HEADER_WRITTEN_MAX],
		       const struct addr *src, const struct addr *dst)
{
	unsigned char family = family_of(src, dst);
	size_t len = size_of(family);

	memset(buf, 0, PROXY_HEADER_WRITTEN_MAX);
	memcpy(buf, PROXY_HEADER_V2_BEGIN.at, PROXY_HEADER_V2_BEGIN.len);
	buf[12] = family == UNSPEC ? COMMAND_LOCAL : COMMAND_PROXY;
	buf[13] = (char)family;
	if (family != UNSPEC) {
		put_address(buf + FIXED, src, 0);
		put_address(buf + FIXED, dst, 1);
	}
	buf[15] = (char)len;
	return FIXED + len;
}
