/* SPDX-License-Identifier: MIT */
/* The head of an answer, and text made safe for a page: see reply.h. */
#include "http/reply.h"

#include "http/char.h"

#define TEXT(literal)                                                          \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}
#define REASON(status, text)                                                   \
	{                                                                      \
		status, text, TEXT("HTTP/1.1 " #status " " text "\r\n")        \
	}

static const struct reason {
	int status;
	const char *text;
	struct slice line; /* that an answer begins with */
} reasons[] = {
	REASON(200, "OK"),
	REASON(204, "No Content"),
	REASON(206, "Partial Content"),
	REASON(301, "Moved Permanently"),
	REASON(302, "Found"),
	REASON(304, "Not Modified"),
	REASON(307, "Temporary Redirect"),
	REASON(308, "Permanent Redirect"),
	REASON(400, "Bad Request"),
	REASON(401, "Unauthorized"),
	REASON(403, "Forbidden"),
	REASON(404, "Not Found"),
	REASON(405, "Method Not Allowed"),
	REASON(408, "Request Timeout"),
	REASON(412, "Precondition Failed"),
	REASON(414, "URI Too Long"),
	REASON(416, "Range Not Satisfiable"),
	REASON(417, "Expectation Failed"),
	REASON(421, "Misdirected Request"),
	REASON(431, "Request Header Fields Too Large"),
	REASON(500, "Internal Server Error"),
	REASON(501, "Not Implemented"),
	REASON(503, "Service Unavailable"),
	REASON(505, "HTTP Version Not Supported"),
};

static const struct reason *find(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return &reasons[i];
	return NULL;
}

const char *reply_reason(int status)
{
	const struct reason *r = find(status);

	return r != NULL ? r->text : "Unknown";
}

static void add_line(struct text *t, int status)
{
	const struct reason *r = find(status);

	if (r != NULL) {
		text_add(t, r->line);
		return;
	}
	text_add(t, SLICE("HTTP/1.1 "));
	text_u64(t, (uint64_t)status);
	text_add(t, SLICE(" Unknown\r\n"));
}

void reply_begin(struct text *t, int status, const char *date)
{
	add_line(t, status);
	text_add(t, SLICE("Server: pour\r\nDate: "));
	text_str(t, date);
	text_add(t, SLICE("\r\n"));
}

static bool is_safe(struct slice s)
{
	return char_span(s, 0, CHAR_VALUE) == s.len;
}

void reply_field(struct text *t, const char *name, struct slice value)
{
	struct slice n = slice_of(name);

	if (!is_safe(n) || !is_safe(value)) {
		t->full = true;
		return;
	}
	text_add(t, n);
	text_add(t, SLICE(": "));
	text_add(t, value);
	text_add(t, SLICE("\r\n"));
}

void reply_number(struct text *t, const char *name, uint64_t value)
{
	text_str(t, name);
	text_add(t, SLICE(": "));
	text_u64(t, value);
	text_add(t, SLICE("\r\n"));
}

void reply_range(struct text *t, uint64_t from, uint64_t upto, uint64_t size)
{
	text_add(t, SLICE("Content-Range: bytes "));
	text_u64(t, from);
	text_char(t, '-');
	text_u64(t, upto - 1);
	text_char(t, '/');
	text_u64(t, size);
	text_add(t, SLICE("\r\n"));
}

void reply_end(struct text *t)
{
	text_add(t, SLICE("\r\n"));
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void reply_html(struct text *t, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char *e = entity(s.at[i]);

		if (e != NULL)
			text_str(t, e);
		else
			text_char(t, s.at[i]);
	}
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~' || c == '/';
}

void reply_href(struct text *t, struct slice s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (is_unreserved(s.at[i])) {
			text_char(t, s.at[i]);
			continue;
		}
		text_char(t, '%');
		text_char(t, hex[c >> 4]);
		text_char(t, hex[c & 15]);
	}
}

void reply_page(struct text *t, int status, const char *why)
{
	text_str(t, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
		    "<title>");
	text_u64(t, (uint64_t)status);
	text_char(t, ' ');
	text_str(t, reply_reason(status));
	text_str(t, "</title><h1>");
	text_u64(t, (uint64_t)status);
	text_char(t, ' ');
	text_str(t, reply_reason(status));
	text_str(t, "</h1>");
	if (why != NULL) {
		text_str(t, "<p>");
		reply_html(t, slice_of(why));
		text_str(t, "</p>");
	}
	text_str(t, "</html>\n");
}
