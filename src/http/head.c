/* SPDX-License-Identifier: MIT */
/*
 * The head of a request. First its end is looked for, in what is new; then it
 * is taken apart in one pass.
 *
 *      METHOD SP TARGET SP HTTP/1.x CRLF
 *      (name ":" OWS value OWS CRLF)*
 *      CRLF
 */
#include "http/head.h"

#include "base/text.h"

enum { TOKEN = 1, TARGET = 2, VALUE = 4 };

#define IS(c, class) (classes[(unsigned char)(c)] & (class))

/* RFC 9110, 5.6.2 (token) and 5.5 (field content); RFC 3986 (target). */
static const uint8_t classes[256] = {
	['\t'] = VALUE,
	[' '] = VALUE,
	['!'] = TOKEN | TARGET | VALUE,
	['"'] = TARGET | VALUE,
	['#' ... '\''] = TOKEN | TARGET | VALUE,
	['(' ... ')'] = TARGET | VALUE,
	['*' ... '+'] = TOKEN | TARGET | VALUE,
	[','] = TARGET | VALUE,
	['-' ... '.'] = TOKEN | TARGET | VALUE,
	['/'] = TARGET | VALUE,
	['0' ... '9'] = TOKEN | TARGET | VALUE,
	[':' ... '@'] = TARGET | VALUE,
	['A' ... 'Z'] = TOKEN | TARGET | VALUE,
	['[' ... ']'] = TARGET | VALUE,
	['^' ... 'z'] = TOKEN | TARGET | VALUE,
	['{'] = TARGET | VALUE,
	['|'] = TOKEN | TARGET | VALUE,
	['}'] = TARGET | VALUE,
	['~'] = TOKEN | TARGET | VALUE,
	[0x80 ... 0xff] = VALUE,
};

static const struct {
	struct slice name;
	enum method method;
} methods[] = {
	{{ "GET", 3 },       METHOD_GET  },
        { { "HEAD", 4 },     METHOD_HEAD },
	{ { "POST", 4 },     METHOD_KNOWN},
        { { "PUT", 3 },      METHOD_KNOWN},
	{ { "DELETE", 6 },   METHOD_KNOWN},
        { { "OPTIONS", 7 },  METHOD_KNOWN},
	{ { "PATCH", 5 },    METHOD_KNOWN},
        { { "TRACE", 5 },    METHOD_KNOWN},
	{ { "CONNECT", 7 },  METHOD_KNOWN},
        { { "PROPFIND", 8 }, METHOD_KNOWN},
};

void head_init(struct head *h)
{
	h->scanned = h->len = 0;
	h->n_fields = 0;
}

const struct slice *head_field(const struct head *h, struct slice name)
{
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

/* ── The request line ── */

static size_t span(struct slice s, size_t from, int class)
{
	size_t i = from;

	while (i < s.len && IS(s.at[i], class))
		i++;
	return i - from;
}

static int set_version(struct head *h, struct slice v)
{
	if (v.len != 8 || memcmp(v.at, "HTTP/", 5) != 0 || v.at[6] != '.' ||
	    v.at[5] < '0' || v.at[5] > '9' || v.at[7] < '0' || v.at[7] > '9')
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

static int parse_line(struct head *h, struct slice line)
{
	size_t n = span(line, 0, TOKEN), m;

	h->line = line;
	if (n == 0 || n == line.len || line.at[n] != ' ')
		return 400;
	m = span(line, n + 1, TARGET);
	if (m > HEAD_TARGET_MAX)
		return 414;
	if (m == 0 || n + 1 + m == line.len || line.at[n + 1 + m] != ' ')
		return 400;
	set_method(h, (struct slice){ line.at, n });
	h->target = (struct slice){ line.at + n + 1, m };
	return set_version(
		h, (struct slice){ line.at + n + m + 2, line.len - n - m - 2 });
}

/* ── Fields ── */

static struct slice trim(struct slice s)
{
	while (s.len > 0 && (*s.at == ' ' || *s.at == '\t')) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
		s.len--;
	return s;
}

static int parse_field(struct head *h, struct slice line)
{
	size_t n = span(line, 0, TOKEN);
	struct field *f;

	if (n == 0 || n == line.len || line.at[n] != ':' ||
	    n + 1 + span(line, n + 1, VALUE) != line.len)
		return 400;
	if (h->n_fields == HEAD_FIELDS_MAX)
		return 431;
	f = &h->fields[h->n_fields++];
	f->name = (struct slice){ line.at, n };
	f->value = trim((struct slice){ line.at + n + 1, line.len - n - 1 });
	return 0;
}

/* ── What the fields mean for the connection ── */

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
	uint32_t n = head_count(h, SLICE("Host"));

	h->host = (struct slice){ "", 0 };
	if (n > 1 || (n == 0 && h->minor > 0))
		return 400;
	if (n == 1)
		h->host = *head_field(h, SLICE("Host"));
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

		if (slice_is_word(trim((struct slice){ list.at, n }), word))
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
	h->n_fields = 0;
	h->keep_alive = false;
	return status;
}

static int parse_lines(struct head *h, const char *at, const char *end)
{
	int status = 0;

	for (bool first = true; status == 0; first = false) {
		const char *cr = memchr(at, '\r', (size_t)(end - at));
		struct slice line = { at, 0 };

		if (cr == NULL || cr[1] != '\n')
			return 400;
		line.len = (size_t)(cr - at);
		if (line.len == 0 && !first)
			return 0;
		status = first ? parse_line(h, line) : parse_field(h, line);
		at = cr + 2;
	}
	return status;
}

/* The end of the head in what is new, or NULL. */
static const char *find_end(struct head *h, const char *buf, size_t len)
{
	size_t from = h->scanned > 3 ? h->scanned - 3 : 0;
	const char *end = memmem(buf + from, len - from, "\r\n\r\n", 4);

	h->scanned = len;
	return end != NULL ? end + 4 : NULL;
}

/* A request line that cannot become good any more is refused at once. */
static int check_unfinished(struct head *h, const char *buf, size_t len,
			    size_t start)
{
	const char *lf = memchr(buf + start, '\n', len - start);
	struct slice line = { buf + start, len - start };

	if (lf != NULL)
		line.len = (size_t)(lf - line.at);
	h->line = line;
	if (lf != NULL && (lf == line.at || lf[-1] != '\r'))
		return 400;
	if (line.len > HEAD_TARGET_MAX + 64)
		return 414;
	return len >= HEAD_SIZE_MAX ? 431 : HEAD_MORE;
}

int head_parse(struct head *h, const char *buf, size_t len)
{
	size_t start = skip_empty_lines(buf, len);
	const char *end;
	int status;

	h->n_fields = 0;
	h->line = (struct slice){ buf + start, 0 };
	end = len > start ? find_end(h, buf, len) : NULL;
	if (end == NULL || end <= buf + start) {
		status = check_unfinished(h, buf, len, start);
		return status == HEAD_MORE ? status : refuse(h, status);
	}
	h->len = (size_t)(end - buf);
	if (h->len > HEAD_SIZE_MAX)
		return refuse(h, 431);
	status = parse_lines(h, buf + start, end);
	if (status == 0)
		status = set_host(h);
	if (status == 0)
		status = set_body(h);
	if (status != 0)
		return refuse(h, status);
	set_keep_alive(h);
	return 0;
}
