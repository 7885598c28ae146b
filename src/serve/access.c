/* SPDX-License-Identifier: MIT */
/* From an account to a line. */
#include "serve/access.h"

#include <assert.h>
#include <errno.h>
#include <pour.h>
#include <string.h>

#include "http/stamp.h"
#include "net/account.h"
#include "net/addr.h"
#include "net/log.h"
#include "net/metrics.h"

static_assert(ACCESS_REQUEST_MAX + ACCESS_REFERER_MAX + ACCESS_AGENT_MAX +
			      ACCESS_USER_MAX + 2048 <
		      LOG_LINE_SIZE,
	      "a line always fits");

const char *access_ended(const struct pour_account *account)
{
	static const char *const ends[METRICS_ENDS] = {
		[METRICS_SHORT] = "short",
		[METRICS_ABORTED] = "aborted",
	};

	return ends[metrics_end(account)];
}

/* Whether it stands for itself; a word has no space in it either. */
static bool is_plain(unsigned char c, unsigned char least)
{
	return c >= least && c < 0x7f && c != '"' && c != '\\';
}

static void escape(struct text *t, struct slice s, size_t max,
		   unsigned char least)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t from = t->len;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		char escaped[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		if (t->len - from + sizeof(escaped) > max) {
			text_str(t, "...");
			return;
		}
		if (is_plain(c, least))
			text_char(t, (char)c);
		else
			text_add(t, (struct slice){ escaped, sizeof(escaped) });
	}
}

void access_escape(struct text *t, struct slice s, size_t max)
{
	escape(t, s, max, ' ');
}

static void word(struct text *t, struct slice s, size_t max)
{
	if (s.len > 0)
		escape(t, s, max, ' ' + 1);
	else
		text_char(t, '-');
}

static void quoted(struct text *t, struct slice s, size_t max)
{
	text_str(t, " \"");
	if (s.len > 0)
		access_escape(t, s, max);
	else
		text_char(t, '-');
	text_char(t, '"');
}

static void note_account(struct text *t, const struct pour_account *account)
{
	const char *ended = access_ended(account);

	if (!account_text(t, account))
		text_str(t, " -");
	if (ended != NULL) {
		text_char(t, ' ');
		text_str(t, ended);
	}
}

void access_combined(struct text *t, const struct access_line *line)
{
	char host[ADDR_TEXT_SIZE];

	addr_host(line->peer, host);
	text_str(t, host);
	text_str(t, " - ");
	word(t, line->user, ACCESS_USER_MAX);
	text_str(t, " [");
	text_str(t, line->stamp->log);
	text_char(t, ']');
	quoted(t, line->request, ACCESS_REQUEST_MAX);
	text_char(t, ' ');
	text_u64(t, (uint64_t)line->status);
	text_char(t, ' ');
	text_u64(t, line->account->delivered);
	quoted(t, line->referer, ACCESS_REFERER_MAX);
	quoted(t, line->agent, ACCESS_AGENT_MAX);
	text_char(t, ' ');
	text_ms(t, line->took_ms);
	note_account(t, line->account);
}
