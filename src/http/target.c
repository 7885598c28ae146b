/* SPDX-License-Identifier: MIT */
/* A target to a path: see target.h. */
#include "http/target.h"

#include <stdint.h>

#include "http/char.h"

bool target_split(struct slice text, struct slice *ret_authority,
		  struct slice *ret_rest)
{
	static const struct slice schemes[] = {
		{"http://",   7},
                { "https://", 8}
	};

	for (size_t i = 0; i < 2; i++) {
		size_t n = schemes[i].len, end;

		if (text.len < n ||
		    !slice_is_word((struct slice){ text.at, n }, schemes[i]))
			continue;
		for (end = n; end < text.len && text.at[end] != '/' &&
			      text.at[end] != '?';)
			end++;
		*ret_authority = (struct slice){ text.at + n, end - n };
		*ret_rest = (struct slice){ text.at + end, text.len - end };
		return true;
	}
	return false;
}

/* absolute-form: what follows the authority, which may be nothing. */
static bool skip_authority(struct slice *s)
{
	struct slice authority, rest;

	if (!target_split(*s, &authority, &rest))
		return false;
	*s = rest.len > 0 ? rest : SLICE("/");
	return true;
}

/* What needs no decoding, as it is. */
static size_t copy_plain(struct target *t, struct slice s, size_t from)
{
	size_t i = from;

	while (i < s.len && char_is(s.at[i], CHAR_SEGMENT))
		t->path[t->len++] = s.at[i++];
	return i;
}

/* An escape, decoded; 0 or a status. */
static int decode(struct slice s, size_t *i, char *ret)
{
	int high = *i + 2 < s.len ? char_hex(s.at[*i + 1]) : -1;
	int low = *i + 2 < s.len ? char_hex(s.at[*i + 2]) : -1;

	if (s.at[*i] != '%' || high < 0 || low < 0)
		return 400;
	*ret = (char)(high << 4 | low);
	if (*ret == '\0')
		return 400;
	if (*ret == '/')
		return 404;
	*i += 3;
	return 0;
}

/* Back to the slash before the last segment; false: there is none. */
static bool climb(struct target *t)
{
	if (t->len == 0)
		return false;
	t->len--;
	while (t->len > 0 && t->path[t->len - 1] != '/')
		t->len--;
	return true;
}

/* The segment from start on is complete: "", "." and ".." go. */
static int close_segment(struct target *t, size_t start, bool slash)
{
	struct slice s = { t->path + start, t->len - start };

	if (slice_is(s, SLICE(".")) || s.len == 0) {
		t->len = start;
		return 0;
	}
	if (slice_is(s, SLICE(".."))) {
		t->len = start;
		return climb(t) ? 0 : 400;
	}
	if (slash)
		t->path[t->len++] = '/';
	return 0;
}

int target_parse(struct target *ret, struct slice text)
{
	size_t i = 0, start = 0;
	const char *question;
	int status = 0;

	ret->len = 0;
	ret->query = (struct slice){ NULL, 0 };
	if (text.len >= TARGET_PATH_SIZE)
		return 414;
	if (text.len == 0)
		return 400;
	if (text.at[0] != '/' && !skip_authority(&text))
		return 400;
	question = memchr(text.at, '?', text.len);
	if (question != NULL) {
		ret->query.at = question + 1;
		ret->query.len = text.len - (size_t)(question + 1 - text.at);
		text.len = (size_t)(question - text.at);
	}
	for (i = 1; status == 0 && i < text.len;) {
		if (text.at[i] == '/') {
			status = close_segment(ret, start, true);
			start = ret->len;
			i++;
			continue;
		}
		i = copy_plain(ret, text, i);
		if (i == text.len || text.at[i] == '/')
			continue;
		status = decode(text, &i, &ret->path[ret->len]);
		ret->len++;
	}
	if (status == 0)
		status = close_segment(ret, start, false);
	ret->path[ret->len] = '\0';
	return status;
}

bool target_is_hidden(const struct target *t)
{
	static const char known[] = ".well-known/";
	const char *path = t->path;

	if (*path == '.' && strncmp(path, known, sizeof(known) - 1) == 0)
		path += sizeof(known) - 1;
	return *path == '.' || strstr(path, "/.") != NULL;
}
