/* SPDX-License-Identifier: MIT */
/* Bytes to characters to a string that is always well formed. */
#include "base/json.h"

#include <stdint.h>

/* The longest that one character becomes: "\u001b". */
enum { CHAR_MAX_LEN = 6 };

static unsigned char byte(struct slice s, size_t i)
{
	return (unsigned char)s.at[i];
}

static void add_code(struct text *t, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char code[CHAR_MAX_LEN] = { '\\', 'u',         '0',
				    '0',  hex[c >> 4], hex[c & 15] };

	text_add(t, (struct slice){ code, sizeof(code) });
}

/* C1 controls, of two bytes, are obeyed by terminals as well. */
static bool is_c1(struct slice s, size_t len)
{
	return len == 2 && byte(s, 0) == 0xc2 && byte(s, 1) < 0xa0;
}

static void add_char(struct text *t, struct slice s, size_t len)
{
	unsigned char c = byte(s, 0);

	if (len == 0) {
		text_add(t, SLICE("\xef\xbf\xbd"));
	} else if (c < 0x20 || c == 0x7f || c == '<') {
		add_code(t, c);
	} else if (is_c1(s, len)) {
		add_code(t, byte(s, 1));
	} else {
		if (c == '"' || c == '\\')
			text_char(t, '\\');
		text_add(t, (struct slice){ s.at, len });
	}
}

void json_string(struct text *t, struct slice s, size_t max)
{
	size_t from;

	text_char(t, '"');
	from = t->len;
	while (s.len > 0) {
		size_t len = text_utf8(s);

		if (t->len - from + CHAR_MAX_LEN > max) {
			text_str(t, "...");
			break;
		}
		add_char(t, s, len);
		len = len > 0 ? len : 1;
		s.at += len;
		s.len -= len;
	}
	text_char(t, '"');
}

void json_key(struct text *t, const char *key)
{
	if (t->len > 0 && t->at[t->len - 1] != '{')
		text_char(t, ',');
	text_char(t, '"');
	text_str(t, key);
	text_str(t, "\":");
}

void json_member(struct text *t, const char *key, struct slice s, size_t max)
{
	json_key(t, key);
	json_string(t, s, max);
}

void json_number(struct text *t, const char *key, uint64_t n)
{
	json_key(t, key);
	text_u64(t, n);
}

void json_ms(struct text *t, const char *key, uint64_t ms)
{
	json_key(t, key);
	text_ms(t, ms);
}
