/* SPDX-License-Identifier: MIT */
/* Accounts to words and members: see account.h. */
#include "net/account.h"

#include <pour.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* ── Words ── */

static void add_left(struct text *t, enum pour_method method, int error)
{
	const char *why = strerrorname_np(error);

	text_char(t, ' ');
	text_str(t, pour_method_name(method));
	text_char(t, '!');
	text_str(t, why ? why : "?");
}

static void add_moved(struct text *t, const struct pour_account *account,
		      enum pour_method method)
{
	text_char(t, ' ');
	text_str(t, pour_method_name(method));
	text_char(t, '=');
	text_u64(t, account->moved[method]);
	text_char(t, '/');
	text_u64(t, account->calls[method]);
}

bool account_text(struct text *t, const struct pour_account *account)
{
	size_t before = t->len;

	for (int i = 0; i < (int)POUR_METHODS; i++) {
		if (account->left[i] != 0)
			add_left(t, (enum pour_method)i, account->left[i]);
		if (account->moved[i] != 0)
			add_moved(t, account, (enum pour_method)i);
	}
	return t->len > before;
}

/* ── Members ── */

static void by_json(struct text *t, const struct pour_account *account)
{
	json_key(t, "by");
	text_char(t, '{');
	for (int i = 0; i < (int)POUR_METHODS; i++) {
		if (account->moved[i] == 0)
			continue;
		json_key(t, pour_method_name((enum pour_method)i));
		text_char(t, '{');
		json_number(t, "bytes", account->moved[i]);
		json_number(t, "calls", account->calls[i]);
		text_char(t, '}');
	}
	text_char(t, '}');
}

/* Only when there is one: the common line is short. */
static void left_json(struct text *t, const struct pour_account *account)
{
	bool any = false;

	for (int i = 0; i < (int)POUR_METHODS; i++) {
		const char *why = strerrorname_np(account->left[i]);

		if (account->left[i] == 0)
			continue;
		if (!any) {
			json_key(t, "left");
			text_char(t, '{');
		}
		any = true;
		json_member(t, pour_method_name((enum pour_method)i),
			    slice_of(why ? why : "?"), 32);
	}
	if (any)
		text_char(t, '}');
}

void account_json(struct text *t, const struct pour_account *account)
{
	by_json(t, account);
	left_json(t, account);
}
