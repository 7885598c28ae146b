/* SPDX-License-Identifier: MIT */
/*
 * Credentials, held against a second reading that looks each digit up and
 * shifts bit by bit; and written out again, they are read as the same.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "http/basic.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The digits of it, without what stands around them; false: not Basic. */
static bool find_digits(struct slice s, struct slice *ret)
{
	if (s.len < 6 || strncasecmp(s.at, "basic ", 6) != 0)
		return false;
	s.at += 6;
	s.len -= 6;
	while (s.len > 0 && is_blank(s.at[0])) {
		s.at++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.at[s.len - 1]))
		s.len--;
	for (int i = 0; i < 2 && s.len > 0 && s.at[s.len - 1] == '='; i++)
		s.len--;
	*ret = s;
	return true;
}

/* Bit n of the text, the highest of each digit first. */
static bool bit(struct slice s, size_t n)
{
	const char *d = strchr(digits, s.at[n / 6]);

	return (d - digits) >> (5 - n % 6) & 1;
}

/* Bytes of out, which is a string then; -1: these are no credentials. */
static int second(struct slice value, char *out)
{
	struct slice s;
	size_t n;

	if (!find_digits(value, &s) || s.len % 4 == 1)
		return -1;
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] == '\0' || strchr(digits, s.at[i]) == NULL)
			return -1;
	n = s.len * 6 / 8;
	if (n >= BASIC_SIZE)
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned c = 0;

		for (size_t k = 0; k < 8; k++)
			c = c << 1 | bit(s, 8 * i + k);
		if (c < ' ' || c == 0x7f)
			return -1;
		out[i] = (char)c;
	}
	out[n] = '\0';
	return strchr(out, ':') != NULL ? (int)n : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct basic b;
	static char text[BASIC_SIZE];
	struct slice value = { (const char *)data, size };
	int len = second(value, text);

	CHECK(basic_parse(value, &b) == (len >= 0));
	if (len < 0)
		return 0;
	CHECK(b.len == (size_t)len && b.user == b.text);
	CHECK(strchr(b.user, ':') == NULL);
	CHECK(b.user + strlen(b.user) + 1 == b.password);
	CHECK(strlen(b.user) + 1 + strlen(b.password) == b.len);
	b.text[strlen(b.user)] = ':';
	CHECK(strcmp(b.text, text) == 0);
	return 0;
}
