/* SPDX-License-Identifier: MIT */
/*
 * The head of a request: bytes in, slices out. Strict where two readers could
 * disagree (RFC 9112, sections 2.2, 3, 5 and 6): bare CR or LF, NUL and other
 * controls, obs-fold, space before the colon, names that are no token, a Host
 * that is repeated, malformed or (in 1.1) missing, Content-Length with
 * Transfer-Encoding, repeated or odd lengths: all are 400.
 *
 *      buf ──► head_parse ──► HEAD_MORE │ 0: slices into buf │ a status
 *
 * Nothing is allocated and nothing copied. It is resumable: call it again with
 * the same buffer and more bytes; bytes that were looked at before are not
 * looked at again (but the last three).
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum {
	HEAD_SIZE_MAX = 16 * 1024, /* 431 beyond */
	HEAD_FIELDS_MAX = 100,     /* 431 beyond */
	HEAD_TARGET_MAX = 8 * 1024 /* 414 beyond */
};

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_CONNECT, /* what follows it may be no HTTP at all */
	METHOD_KNOWN,   /* one of RFC 9110 or 5789 that files do not have */
	METHOD_UNKNOWN, /* a token that nobody registered: 501 */
};

/* Of a request in HTTP/1.1; in 1.0 there are none (RFC 9110, 10.1.1). */
enum expects {
	EXPECTS_NOTHING,
	EXPECTS_CONTINUE, /* 100, before it sends its body */
	EXPECTS_OTHER,    /* something that nobody knows: 417 */
};

struct field {
	struct slice name;
	struct slice value; /* without the white space around it */
};

struct head {
	size_t scanned; /* of an unfinished head: bytes looked at */
	size_t len;     /* of a finished one: its bytes, blank line included */
	struct slice line; /* the request line, as it came, without CRLF */
	struct slice method_name;
	struct slice target;
	struct slice host; /* of the target, where it has one */
	enum method method;
	enum expects expects;
	uint8_t minor;   /* HTTP/1.minor: 0 or 1 */
	bool keep_alive; /* by version and Connection */
	bool has_body;   /* chunked, or a length above 0 */
	bool chunked;
	uint64_t length; /* Content-Length; 0: none */
	uint64_t marks;  /* that the names of the fields leave */
	uint64_t twice;  /* those that more than one left */
	uint32_t n_fields;
	struct field fields[HEAD_FIELDS_MAX];
};

/* Bytes are missing. */
enum { HEAD_MORE = 1 };

void head_init(struct head *h);
/*
 * 0: finished. HEAD_MORE: not yet (len < HEAD_SIZE_MAX). Otherwise the status
 * to refuse it with: 400, 414, 431, 501, 505 — then `line` is what there was of the
 * request line, for the log, and all other slices are empty. An empty line or
 * two before the request line are passed over (RFC 9112, 2.2).
 */
int head_parse(struct head *h, const char *buf, size_t len);
/* The first field of that name, or NULL. */
const struct slice *head_field(const struct head *h, struct slice name);
/* How many fields of that name there are. */
uint32_t head_count(const struct head *h, struct slice name);

/*
 * One bit, by how long a name is and how it begins, in either case. Names may
 * share it; most that are asked for are not there, and one look says so. Of
 * those that are asked for and those that clients send as a rule, no two do but
 * Accept-Encoding and Accept-Language: the factor was chosen for that.
 */
static inline uint64_t head_mark(struct slice name)
{
	unsigned first = (unsigned char)*name.at % 32;

	return UINT64_C(1) << (name.len * 13 + first) % 64;
}

/* There is none of that name for certain: a look, where others call. */
static inline bool head_lacks(const struct head *h, struct slice name)
{
	return (h->marks & head_mark(name)) == 0;
}

/* There is more than one of that name. */
static inline bool head_repeats(const struct head *h, struct slice name)
{
	return h->twice & head_mark(name) && head_count(h, name) > 1;
}

#endif
