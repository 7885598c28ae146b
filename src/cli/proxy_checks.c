/* SPDX-License-Identifier: MIT */
/* How targets are checked, as a proxy was told. */
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/escape.h"
#include "cli/proxy_options.h"

enum { CHECKS_MAX = 1000 };

static bool is_check_word(struct proxy_opts *o, struct slice word)
{
	return (target_number(word, SLICE("fall="), CHECKS_MAX,
			      &o->check_fall) &&
		o->check_fall > 0) ||
	       (target_number(word, SLICE("rise="), CHECKS_MAX,
			      &o->check_rise) &&
		o->check_rise > 0);
}

static int read_check(struct proxy_opts *o, const char *check,
		      char error[OPTIONS_ERROR_SIZE])
{
	struct slice rest = slice_of(check != NULL ? check : "");
	struct slice first = slice_cut(&rest, ',');
	char seconds[32];
	uint64_t ms = 0;

	if (check == NULL)
		return 0;
	(void)snprintf(seconds, sizeof(seconds), "%.*s", (int)first.len,
		       first.at);
	if (!text_seconds(seconds, &ms) || ms == 0 || ms > UINT32_MAX)
		return proxied_bad(
			error, "--check: '%.100s': not so many seconds", check);
	o->check_ms = (uint32_t)ms;
	while (rest.len > 0)
		if (!is_check_word(o, slice_cut(&rest, ',')))
			return proxied_bad(
				error,
				"--check: '%.100s': after the seconds come "
				"fall=N and rise=N, 1 to %d",
				check, CHECKS_MAX);
	return 0;
}

static int read_said(const char *flag, const char *text,
		     char memory[PROXY_CHECK_MAX], struct slice *ret,
		     char error[OPTIONS_ERROR_SIZE])
{
	ssize_t n = escape_read(text, memory, PROXY_CHECK_MAX);

	if (n == -E2BIG)
		return proxied_bad(error, "%s: more than %d bytes", flag,
				   PROXY_CHECK_MAX);
	if (n <= 0)
		return proxied_bad(
			error,
			"%s: '%.100s': only \\r, \\n, \\t, \\\\ and \\xHH "
			"stand for bytes, and there must be one",
			flag, text);
	*ret = (struct slice){ memory, (size_t)n };
	return 0;
}

static int read_talk(struct proxied *p, const struct proxy_values *v,
		     char error[OPTIONS_ERROR_SIZE])
{
	struct proxy_opts *o = &p->opts;
	int r = 0;

	if ((v->check_send != NULL || v->check_expect != NULL) &&
	    v->check == NULL)
		return proxied_bad(error,
				   "--check is missing: how often that is said "
				   "or expected");
	if (v->check_send != NULL)
		r = read_said("--check-send", v->check_send, p->check_send,
			      &o->check_send, error);
	if (r == 0 && v->check_expect != NULL)
		r = read_said("--check-expect", v->check_expect,
			      p->check_expect, &o->check_expect, error);
	return r;
}

int proxied_checks(struct proxied *p, const struct proxy_values *v,
		   char error[OPTIONS_ERROR_SIZE])
{
	int r = read_check(&p->opts, v->check, error);

	return r < 0 ? r : read_talk(p, v, error);
}
