/* SPDX-License-Identifier: MIT */
/* From an account to an object: see access.h. */
#include <pour.h>
#include <string.h>

#include "base/json.h"
#include "net/addr.h"
#include "serve/access.h"
#include "serve/stamp.h"

/* A name of this house's, which needs no escapes, for what follows. */
static void name(struct text *t, const char *key)
{
	if (t->at[t->len - 1] != '{')
		text_char(t, ',');
	text_char(t, '"');
	text_str(t, key);
	text_str(t, "\":");
}

static void string(struct text *t, const char *key, struct slice s, size_t max)
{
	name(t, key);
	json_string(t, s, max);
}

/* One that need not be there. */
static void maybe(struct text *t, const char *key, struct slice s, size_t max)
{
	if (s.at != NULL)
		string(t, key, s, max);
}

static void number(struct text *t, const char *key, uint64_t n)
{
	name(t, key);
	text_u64(t, n);
}

static void seconds(struct text *t, const char *key, uint64_t ms)
{
	number(t, key, ms / 1000);
	text_char(t, '.');
	text_padded(t, ms % 1000, 3);
}

static void add_moved(struct text *t, const struct pour_account *account)
{
	name(t, "by");
	text_char(t, '{');
	for (int i = 0; i < (int)POUR_METHODS; i++) {
		if (account->moved[i] == 0)
			continue;
		name(t, pour_method_name((enum pour_method)i));
		text_char(t, '{');
		number(t, "bytes", account->moved[i]);
		number(t, "calls", account->calls[i]);
		text_char(t, '}');
	}
	text_char(t, '}');
}

/* Only when there is one: the common line is short. */
static void add_left(struct text *t, const struct pour_account *account)
{
	bool any = false;

	for (int i = 0; i < (int)POUR_METHODS; i++) {
		const char *why = strerrorname_np(account->left[i]);

		if (account->left[i] == 0)
			continue;
		if (!any) {
			name(t, "left");
			text_char(t, '{');
		}
		any = true;
		name(t, pour_method_name((enum pour_method)i));
		json_string(t, slice_of(why ? why : "?"), 32);
	}
	if (any)
		text_char(t, '}');
}

static void add_request(struct text *t, const struct access_line *line)
{
	static const char *const versions[] = { "HTTP/1.0", "HTTP/1.1" };

	if (line->target.at == NULL) {
		string(t, "request", line->request, ACCESS_REQUEST_MAX);
		return;
	}
	string(t, "method", line->method, 64);
	string(t, "target", line->target, ACCESS_REQUEST_MAX - 64);
	string(t, "protocol", slice_of(versions[line->minor & 1]), 16);
}

void access_json(struct text *t, const struct access_line *line)
{
	const char *ended = access_ended(line->account);
	char host[ADDR_TEXT_SIZE];

	addr_host(line->peer, host);
	text_char(t, '{');
	string(t, "time", slice_of(line->stamp->iso), STAMP_LOG_SIZE);
	string(t, "peer", slice_of(host), sizeof(host));
	add_request(t, line);
	number(t, "code", (uint64_t)line->status);
	number(t, "bytes", line->account->delivered);
	maybe(t, "referer", line->referer, ACCESS_REFERER_MAX);
	maybe(t, "agent", line->agent, ACCESS_AGENT_MAX);
	seconds(t, "seconds", line->took_ms);
	add_moved(t, line->account);
	add_left(t, line->account);
	if (ended != NULL)
		string(t, "ended", slice_of(ended), 16);
	text_char(t, '}');
}
