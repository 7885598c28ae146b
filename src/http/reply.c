/* SPDX-License-Identifier: MIT */
/* The head of an answer, and text made safe for a page: see reply.h. */
#include "http/reply.h"

static const struct reason {
	int status;
	const char *text;
} reasons[] = {
	{200,  "OK"			     },
	{ 204, "No Content"                     },
	{ 206, "Partial Content"                },
	{ 301, "Moved Permanently"              },
	{ 302, "Found"			  },
	{ 304, "Not Modified"                   },
	{ 307, "Temporary Redirect"             },
	{ 308, "Permanent Redirect"             },
	{ 400, "Bad Request"                    },
	{ 401, "Unauthorized"                   },
	{ 403, "Forbidden"                      },
	{ 404, "Not Found"                      },
	{ 405, "Method Not Allowed"             },
	{ 408, "Request Timeout"                },
	{ 412, "Precondition Failed"            },
	{ 414, "URI Too Long"                   },
	{ 416, "Range Not Satisfiable"          },
	{ 417, "Expectation Failed"             },
	{ 421, "Misdirected Request"            },
	{ 431, "Request Header Fields Too Large"},
	{ 500, "Internal Server Error"          },
	{ 501, "Not Implemented"                },
	{ 503, "Service Unavailable"            },
	{ 505, "HTTP Version Not Supported"     },
};

const char *reply_reason(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Unknown";
}

void reply_begin(struct text *t, int status, const char *date)
{
	text_add(t, SLICE("HTTP/1.1 "));
	text_u64(t, (uint64_t)status);
	text_char(t, ' ');
	text_str(t, reply_reason(status));
	text_add(t, SLICE("\r\nServer: pour\r\nDate: "));
	text_str(t, date);
	text_add(t, SLICE("\r\n"));
}

static bool is_safe(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
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
