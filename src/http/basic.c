/* SPDX-License-Identifier: MIT */
/* "Basic dXNlcjpwYXNz" to a user and a password. */
#include "http/basic.h"

#include <stdint.h>
#include <string.h>

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* With or without padding; -1: no base64. */
static long decode(struct slice s, char *out, size_t size)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t len = 0;

	for (int i = 0; i < 2 && s.len > 0 && s.at[s.len - 1] == '='; i++)
		s.len--;
	if (s.len % 4 == 1)
		return -1;
	for (size_t i = 0; i < s.len; i++) {
		int d = digit(s.at[i]);

		if (d < 0 || len == size)
			return -1;
		bits = bits << 6 | (uint32_t)d;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[len++] = (char)(bits >> n_bits & 0xff);
		}
	}
	return (long)len;
}

static bool has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return true;
	return false;
}

bool basic_parse(struct slice value, struct basic *ret)
{
	static const char scheme[] = "Basic ";
	size_t skip = sizeof(scheme) - 1;
	char *colon;
	long len;

	if (value.len < skip || strncasecmp(value.at, scheme, skip) != 0)
		return false;
	value = slice_trim((struct slice){ value.at + skip, value.len - skip });
	len = decode(value, ret->text, sizeof(ret->text) - 1);
	if (len < 0 || has_control(ret->text, (size_t)len))
		return false;
	ret->text[len] = '\0';
	colon = strchr(ret->text, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	ret->len = (size_t)len;
	ret->user = ret->text;
	ret->password = colon + 1;
	return true;
}
