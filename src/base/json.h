/* SPDX-License-Identifier: MIT */
/* Strings of JSON (RFC 8259) out of bytes that anybody may have chosen. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>

#include "base/slice.h"
#include "base/text.h"

/*
 * A string with its quotes. Controls, DEL and C1 controls, quotes, backslashes
 * and < (the text may end up inside a page) are escaped, and each byte that is
 * not part of well-formed UTF-8 is U+FFFD. What it says is at most max bytes long; then it ends with "...".
 */
void json_string(struct text *t, struct slice s, size_t max);

/*
 * Members of an object, after its "{": a comma where it is not the first, and
 * the key, which needs no escapes. json_key() is for what follows it.
 */
void json_key(struct text *t, const char *key);
void json_member(struct text *t, const char *key, struct slice s, size_t max);
void json_number(struct text *t, const char *key, uint64_t n);
/* Milliseconds as seconds. */
void json_ms(struct text *t, const char *key, uint64_t ms);

#endif
