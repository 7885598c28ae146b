/* SPDX-License-Identifier: MIT */
/*
 * The head of a request, taken apart in one pass. Where it does not come in one
 * piece, its end is looked for first, in what is new.
 *
 *      METHOD SP TARGET SP HTTP/1.x CRLF
 *      (name ":" OWS value OWS CRLF)*
 *      CRLF
 */
#include "http/head.h"

#include "base/base.h"
#include "http/char.h"
#include "http/head_meaning.h"

static const struct {
	struct slice name;
	enum method method;
} methods[] = {
	{{ "GET", 3 },       METHOD_GET    },
	{ { "HEAD", 4 },     METHOD_HEAD   },
	{ { "POST", 4 },     METHOD_KNOWN  },
	{ { "PUT", 3 },      METHOD_KNOWN  },
	{ { "DELETE", 6 },   METHOD_KNOWN  },
	{ { "OPTIONS", 7 },  METHOD_OPTIONS},
	{ { "PATCH", 5 },    METHOD_KNOWN  },
	{ { "TRACE", 5 },    METHOD_KNOWN  },
	{ { "CONNECT", 7 },  METHOD_CONNECT},
	{ { "PROPFIND", 8 }, METHOD_KNOWN  },
};

static void forget_fields(struct head *h)
{
	h->n_fields = 0;
	h->marks = h->twice = 0;
}

void head_init(struct head *h)
{
	h->scanned = h->len = 0;
	forget_fields(h);
}

const struct slice *head_field(const struct head *h, struct slice name)
{
	if (head_lacks(h, name))
		return NULL;
	for (uint32_t i = 0; i < h->n_fields; i++)
		if (slice_is_word(h->fields[i].name, name))
			return &h->fields[i].value;
	return NULL;
}

uint32_t head_count(const struct head *h, struct slice name)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < h->n_fields; i++)
		n += slice_is_word(h->fields[i].name, name);
	return n;
}

/*
 * Lines are read from s, which goes on to the end of the head, so that it ends
 * in CRLF: no class of bytes has a CR, and none runs past it.
 */

/* ── The request line ── */

/* What follows the space behind the target, and ends the line. */
static int set_version(struct head *h, struct slice v)
{
	if (v.len < 10 || memcmp(v.at, "HTTP/", 5) != 0 || v.at[6] != '.' ||
	    v.at[5] < '0' || v.at[5] > '9' || v.at[7] < '0' || v.at[7] > '9' ||
	    v.at[8] != '\r' || v.at[9] != '\n')
		return 400;
	if (v.at[5] != '1')
		return 505;
	h->minor = v.at[7] == '0' ? 0 : 1;
	return 0;
}

static void set_method(struct head *h, struct slice name)
{
	h->method_name = name;
	h->method = METHOD_UNKNOWN;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (slice_is(methods[i].name, name)) {
			h->method = methods[i].method;
			return;
		}
	}
}

/* 0 with the length of the line, or a status. */
static int parse_line(struct head *h, struct slice s, size_t *ret_len)
{
	size_t n = char_span(s, 0, CHAR_TOKEN), m, at;

	if (n == 0 || s.at[n] != ' ')
		return 400;
	m = char_span(s, n + 1, CHAR_TARGET);
	if (m > HEAD_TARGET_MAX)
		return 414;
	at = n + 1 + m;
	if (m == 0 || s.at[at++] != ' ')
		return 400;
	set_method(h, (struct slice){ s.at, n });
	h->target = (struct slice){ s.at + n + 1, m };
	h->line = (struct slice){ s.at, at + 8 };
	*ret_len = h->line.len + 2;
	return set_version(h, (struct slice){ s.at + at, s.len - at });
}

/* ── Fields ── */

static void add_field(struct head *h, struct slice name, struct slice value)
{
	struct field *f = &h->fields[h->n_fields++];
	uint64_t mark = head_mark(name);

	f->name = name;
	f->value = slice_trim(value);
	h->twice |= h->marks & mark;
	h->marks |= mark;
}

static int parse_field(struct head *h, struct slice s, size_t *ret_len)
{
	size_t n = char_span(s, 0, CHAR_TOKEN), m;

	if (n == 0 || s.at[n] != ':')
		return 400;
	m = char_span(s, n + 1, CHAR_VALUE);
	if (s.at[n + 1 + m] != '\r' || s.at[n + 2 + m] != '\n')
		return 400;
	if (h->n_fields == HEAD_FIELDS_MAX)
		return 431;
	add_field(h, (struct slice){ s.at, n },
		  (struct slice){ s.at + n + 1, m });
	*ret_len = n + 1 + m + 2;
	return 0;
}

/* ── The whole ── */

/* Where the head begins: an empty line or two before it are passed over. */
static size_t skip_empty_lines(const char *buf, size_t len)
{
	size_t i = 0;

	while (i < 4 && i + 1 < len && buf[i] == '\r' && buf[i + 1] == '\n')
		i += 2;
	return i;
}

static int refuse(struct head *h, int status)
{
	h->method_name = h->target = h->host = (struct slice){ "", 0 };
	forget_fields(h);
	h->keep_alive = h->has_body = false;
	h->expects = EXPECTS_NOTHING;
	return status;
}

/* 0 with the end of the head, or a status. */
static int parse_lines(struct head *h, struct slice s, const char **ret_end)
{
	size_t used = 0;
	int status = parse_line(h, s, &used);

	while (status == 0) {
		s.at += used;
		s.len -= used;
		if (s.at[0] == '\r') {
			*ret_end = s.at + 2;
			return s.at[1] == '\n' ? 0 : 400;
		}
		status = parse_field(h, s, &used);
	}
	return status;
}

/*
 * Goes over the line ends in what is new: HEAD_MORE, 0 with the end of the
 * head, or 400 for a line that ends in LF alone, which need not be waited for.
 */
static int find_end(struct head *h, const char *buf, size_t len, size_t start,
		    const char **ret_end)
{
	const char *at = buf + MAX(h->scanned, start), *lf;

	while ((lf = memchr(at, '\n', (size_t)(buf + len - at))) != NULL) {
		if (lf == buf + start || lf[-1] != '\r')
			return 400;
		at = lf + 1;
		if (lf - buf >= (ptrdiff_t)start + 3 && lf[-2] == '\n') {
			*ret_end = at;
			return 0;
		}
	}
	h->scanned = len;
	return HEAD_MORE;
}

/* The request line as far as it is there, for the log. */
static void set_line(struct head *h, const char *buf, size_t len, size_t start)
{
	const char *lf = memchr(buf + start, '\n', len - start);

	h->line = (struct slice){ buf + start, len - start };
	if (lf != NULL)
		h->line.len = (size_t)(lf - h->line.at);
	if (h->line.len > 0 && h->line.at[h->line.len - 1] == '\r')
		h->line.len--;
}

/* A head that is not whole yet, and may be too much already. */
static int check_unfinished(struct head *h, const char *buf, size_t len,
			    size_t start)
{
	set_line(h, buf, len, start);
	if (h->line.len > HEAD_TARGET_MAX + 64)
		return refuse(h, 414);
	return len >= HEAD_SIZE_MAX ? refuse(h, 431) : HEAD_MORE;
}

static int parse_whole(struct head *h, const char *at, const char *end)
{
	struct slice lines = { at, (size_t)(end - at) };
	int status = parse_lines(h, lines, &end);

	return status == 0 ? head_understand(h) : status;
}

/*
 * What came in one piece ends as heads do, and then its lines can be read
 * without looking for the end first. Where that comes to nothing, whyever, it
 * is read as all others are.
 */
static bool parse_at_once(struct head *h, const char *buf, size_t len,
			  size_t start)
{
	const char *end;

	forget_fields(h);
	if (h->scanned > 0 || len < start + 4 || len > HEAD_SIZE_MAX ||
	    memcmp(buf + len - 4, "\r\n\r\n", 4) != 0 ||
	    parse_lines(h, (struct slice){ buf + start, len - start }, &end) !=
		    0)
		return false;
	h->len = (size_t)(end - buf);
	return true;
}

static int parse_as_it_came(struct head *h, const char *buf, size_t len,
			    size_t start)
{
	const char *end;
	int r = find_end(h, buf, len, start, &end);

	forget_fields(h);
	if (r == HEAD_MORE)
		return check_unfinished(h, buf, len, start);
	if (r == 0) {
		h->len = (size_t)(end - buf);
		r = h->len > HEAD_SIZE_MAX ? 431
					   : parse_whole(h, buf + start, end);
	}
	return r;
}

int head_parse(struct head *h, const char *buf, size_t len)
{
	size_t start = skip_empty_lines(buf, len);
	int r;

	if (parse_at_once(h, buf, len, start))
		r = head_understand(h);
	else
		r = parse_as_it_came(h, buf, len, start);
	if (r == 0 || r == HEAD_MORE)
		return r;
	set_line(h, buf, len, start);
	return refuse(h, r);
}
