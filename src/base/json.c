/* SPDX-License-Identifier: MIT */
/* Bytes to characters to a string that is always well formed. */
#include "base/json.h"

#include <stdint.h>

/* The longest that one character becomes: "\u001b". */
enum { CHAR_MAX_LEN = 6 };

/* The first bytes of a sequence, with what the second one may be. */
static const struct lead {
	unsigned char from, upto;
	unsigned char low, high;
	unsigned char len;
} leads[] = {
  /* RFC 3629, section 4: neither overlong, nor surrogates, nor too far */
	{0xc2,  0xdf, 0x80, 0xbf, 2},
        { 0xe0, 0xe0, 0xa0, 0xbf, 3},
	{ 0xe1, 0xec, 0x80, 0xbf, 3},
        { 0xed, 0xed, 0x80, 0x9f, 3},
	{ 0xee, 0xef, 0x80, 0xbf, 3},
        { 0xf0, 0xf0, 0x90, 0xbf, 4},
	{ 0xf1, 0xf3, 0x80, 0xbf, 4},
        { 0xf4, 0xf4, 0x80, 0x8f, 4},
};

static unsigned char byte(struct slice s, size_t i)
{
	return (unsigned char)s.at[i];
}

static bool follows(struct slice s, const struct lead *lead)
{
	if (s.len < lead->len || byte(s, 1) < lead->low ||
	    byte(s, 1) > lead->high)
		return false;
	for (size_t i = 2; i < lead->len; i++)
		if ((byte(s, i) & 0xc0) != 0x80)
			return false;
	return true;
}

/* Bytes of the character at the front of s, or 0: it is none. */
static size_t char_len(struct slice s)
{
	unsigned char c = byte(s, 0);

	if (c < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (c >= leads[i].from && c <= leads[i].upto)
			return follows(s, &leads[i]) ? leads[i].len : 0;
	return 0;
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
	} else if (c < 0x20 || c == 0x7f) {
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
		size_t len = char_len(s);

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
