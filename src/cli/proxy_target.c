/* SPDX-License-Identifier: MIT */
/* Addresses and names of targets, from text and back: see proxy_target.h. */
#include "cli/proxy_target.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/addresses.h"
#include "proxy/target.h"

enum { TEXT_SIZE = 320 };

int proxied_bad(char error[OPTIONS_ERROR_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, OPTIONS_ERROR_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

/* Letters, digits, hyphens, underscores and dots, with a letter among them:
 * without one it is a number that is wrong. */
static bool is_name(const char *text, size_t len)
{
	bool has_letter = false;

	if (len == 0 || len >= TARGET_HOST_SIZE || text[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80 || (!isalnum(c) && strchr("-_.", c) == NULL))
			return false;
		has_letter |= isalpha(c) != 0;
	}
	return has_letter;
}

static void keep(char host[TARGET_HOST_SIZE], const char *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		host[i] = (char)tolower((unsigned char)from[i]);
	host[len] = '\0';
}

static int read_service(struct proxy_target *ret, char host[TARGET_HOST_SIZE],
			const char *flag, const char *text,
			char error[OPTIONS_ERROR_SIZE])
{
	size_t len = strlen(text);

	if (!is_name(text, len) || text[0] != '_')
		return proxied_bad(
			error,
			"%s: 'srv:%.100s': after srv: comes a name such as "
			"_http._tcp.example.org",
			flag, text);
	keep(host, text, len);
	*ret = (struct proxy_target){ .host = host, .port = 0 };
	return 0;
}

/* Whether it is a name with a port. */
static bool read_name(struct proxy_target *ret, char host[TARGET_HOST_SIZE],
		      const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	uint64_t port;

	if (!is_name(text, len) || strncmp(text, "unix:", 5) == 0 ||
	    !text_digits(slice_of(colon + 1), UINT16_MAX, &port) || port == 0)
		return false;
	keep(host, text, len);
	*ret = (struct proxy_target){ .host = host, .port = (uint16_t)port };
	return true;
}

static int read_address(struct proxy_target *ret, const char *flag,
			const char *text, char error[OPTIONS_ERROR_SIZE])
{
	struct addr addresses[2];
	int n;

	if (strchr(text, ':') == NULL && is_name(text, strlen(text)))
		return proxied_bad(error,
				   "%s: '%.100s': after a name comes its port: "
				   "%.100s:80",
				   flag, text, text);
	n = address_read(flag, text, addresses, error);
	if (n < 0)
		return n;
	if (n != 1)
		return proxied_bad(error, "%s: '%s': that is not one address",
				   flag, text);
	*ret = (struct proxy_target){ .addr = addresses[0] };
	return 0;
}

int target_read(struct proxy_target *ret, char host[TARGET_HOST_SIZE],
		const char *flag, struct slice word,
		char ret_error[OPTIONS_ERROR_SIZE])
{
	char text[TEXT_SIZE];

	if (word.len >= sizeof(text))
		return proxied_bad(ret_error, "%s: '%.100s': too long", flag,
				   word.at);
	memcpy(text, word.at, word.len);
	text[word.len] = '\0';
	if (strncmp(text, "srv:", 4) == 0)
		return read_service(ret, host, flag, text + 4, ret_error);
	if (read_name(ret, host, text))
		return 0;
	return read_address(ret, flag, text, ret_error);
}

/* ── Properties ── */

bool target_number(struct slice word, struct slice name, uint64_t max,
		   uint32_t *ret)
{
	uint64_t n = 0;

	if (word.len < name.len || memcmp(word.at, name.at, name.len) != 0)
		return false;
	word.at += name.len;
	word.len -= name.len;
	*ret = text_digits(word, max, &n) ? (uint32_t)n : 0;
	return true;
}

int target_property(struct proxy_target *to, struct slice word,
		    char error[OPTIONS_ERROR_SIZE])
{
	if (slice_is(word, SLICE("backup"))) {
		to->backup = true;
		return 1;
	}
	if (target_number(word, SLICE("weight="), TARGET_WEIGHT_MAX,
			  &to->weight))
		return to->weight > 0 ? 1
				      : proxied_bad(error, "weight: 1 to %d",
						    TARGET_WEIGHT_MAX);
	if (target_number(word, SLICE("max="), UINT32_MAX, &to->max))
		return to->max > 0
			       ? 1
			       : proxied_bad(error, "max: 1 to %u", UINT32_MAX);
	return 0;
}

/* ── Back to text ── */

void target_text(const struct proxy_target *to, char text[TARGET_TEXT_SIZE])
{
	if (to->host == NULL)
		addr_text(&to->addr, text);
	else if (to->port == 0)
		(void)snprintf(text, TARGET_TEXT_SIZE, "srv:%s", to->host);
	else
		(void)snprintf(text, TARGET_TEXT_SIZE, "%s:%u", to->host,
			       (unsigned)to->port);
}
