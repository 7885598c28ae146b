/* SPDX-License-Identifier: MIT */
/* From an account to an object: see access.h. */
#include <pour.h>
#include <string.h>

#include "base/json.h"
#include "http/stamp.h"
#include "net/account.h"
#include "net/addr.h"
#include "serve/access.h"

/* One that need not be there. */
static void maybe(struct text *t, const char *key, struct slice s, size_t max)
{
	if (s.at != NULL)
		json_member(t, key, s, max);
}

static void add_request(struct text *t, const struct access_line *line)
{
	static const char *const versions[] = { "HTTP/1.0", "HTTP/1.1" };

	if (line->target.at == NULL) {
		json_member(t, "request", line->request, ACCESS_REQUEST_MAX);
		return;
	}
	json_member(t, "method", line->method, 64);
	json_member(t, "target", line->target, ACCESS_REQUEST_MAX - 64);
	json_member(t, "protocol", slice_of(versions[line->minor & 1]), 16);
}

void access_json(struct text *t, const struct access_line *line)
{
	const char *ended = access_ended(line->account);
	char host[ADDR_TEXT_SIZE];

	addr_host(line->peer, host);
	text_char(t, '{');
	json_member(t, "time", slice_of(line->stamp->iso), STAMP_LOG_SIZE);
	json_member(t, "peer", slice_of(host), sizeof(host));
	maybe(t, "user", line->user, ACCESS_USER_MAX);
	add_request(t, line);
	json_number(t, "code", (uint64_t)line->status);
	json_number(t, "bytes", line->account->delivered);
	maybe(t, "referer", line->referer, ACCESS_REFERER_MAX);
	maybe(t, "agent", line->agent, ACCESS_AGENT_MAX);
	json_ms(t, "seconds", line->took_ms);
	account_json(t, line->account);
	if (ended != NULL)
		json_member(t, "ended", slice_of(ended), 16);
	text_char(t, '}');
}
