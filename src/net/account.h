/* SPDX-License-Identifier: MIT */
/*
 * An account in a line of a log: what moved by which method, and which method
 * was left for which errno.
 *
 *      sendfile=1073741824/1024 splice!EINVAL
 *      "by":{"sendfile":{"bytes":1073741824,"calls":1024}},
 *      "left":{"splice":"EINVAL"}
 */
#ifndef NET_ACCOUNT_H
#define NET_ACCOUNT_H

#include <stdbool.h>

struct pour_account;
struct text;

/* Each word with a space before it. False: there was nothing to say. */
bool account_text(struct text *t, const struct pour_account *account);
/* Members of an object; "left" only when there is one. */
void account_json(struct text *t, const struct pour_account *account);

#endif
