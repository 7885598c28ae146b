/* SPDX-License-Identifier: MIT */
/*
 * Conditions, held against a second reading that follows the steps of RFC 9110,
 * 13.2.2, to the letter. The input is lines: a digit that chooses a field, and
 * its value.
 */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"
#include "http/cond.h"
#include "http/date.h"

enum { LINES_MAX = 12 };

static const char *const names[] = { "If-Match", "If-Unmodified-Since",
				     "If-None-Match", "If-Modified-Since",
				     "If-Range" };

/* Each line a field; what chooses none is passed over. */
static void read_lines(const char *at, const char *end, struct head *h)
{
	while (at < end && h->n_fields < LINES_MAX) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct slice s;

		if (lf == NULL)
			lf = end;
		if (lf > at && *at >= '0' && *at < '5') {
			s = (struct slice){ at + 1, (size_t)(lf - at - 1) };
			h->fields[h->n_fields].name = slice_of(
				names[*at - '0']);
			h->fields[h->n_fields++].value = slice_trim(s);
		}
		at = lf + 1;
	}
}

/* The only value of that name, or NULL. */
static const struct slice *only(const struct head *h, int which, unsigned *ret)
{
	const struct slice *found = NULL;

	*ret = 0;
	for (uint32_t i = 0; i < h->n_fields; i++)
		if (slice_is(h->fields[i].name, slice_of(names[which]))) {
			found = &h->fields[i].value;
			(*ret)++;
		}
	return *ret == 1 ? found : NULL;
}

/*
 * Entity tags of a list, by a machine with one state: outside, or within the
 * quotes. Anything else that stands outside ends the list.
 */
static bool list_has(struct slice s, const char *opaque, bool weak_too,
		     bool own_is_weak)
{
	size_t len = strlen(opaque);

	for (size_t i = 0; i < s.len;) {
		bool weak = false;
		size_t from;

		if (strchr(" \t,", s.at[i]) != NULL && s.at[i] != '\0') {
			i++;
			continue;
		}
		if (s.at[i] == 'W' && i + 1 < s.len && s.at[i + 1] == '/') {
			weak = true;
			i += 2;
		}
		if (i >= s.len || s.at[i] != '"')
			return false;
		from = ++i;
		while (i < s.len && s.at[i] != '"')
			i++;
		if (i == s.len)
			return false;
		if (i - from == len && memcmp(s.at + from, opaque, len) == 0 &&
		    (weak_too || (!weak && !own_is_weak)))
			return true;
		i++;
	}
	return false;
}

static bool any_has(const struct head *h, int which, bool own_is_weak)
{
	for (uint32_t i = 0; i < h->n_fields; i++) {
		const struct slice *s = &h->fields[i].value;

		if (!slice_is(h->fields[i].name, slice_of(names[which])))
			continue;
		if ((s->len == 1 && *s->at == '*') ||
		    list_has(*s, "abc", which == 2, own_is_weak))
			return true;
	}
	return false;
}

enum { MTIME = 784111777 };

static int second(const struct head *h, bool own_is_weak)
{
	unsigned matches, n;
	const struct slice *s;
	time_t date;

	(void)only(h, 0, &matches);
	s = only(h, 1, &n);
	if (matches > 0 ? !any_has(h, 0, own_is_weak)
			: s != NULL && date_parse(*s, &date) && MTIME > date)
		return 412;
	(void)only(h, 2, &matches);
	s = only(h, 3, &n);
	if (matches > 0 ? any_has(h, 2, own_is_weak)
			: s != NULL && date_parse(*s, &date) && MTIME <= date)
		return 304;
	return 0;
}

static bool range_counts(const struct head *h, bool own_is_weak)
{
	unsigned n;
	const struct slice *s = only(h, 4, &n);
	time_t date;

	if (n != 1)
		return n == 0;
	if (s->len == 5 && memcmp(s->at, "\"abc\"", 5) == 0)
		return !own_is_weak;
	return date_parse(*s, &date) && date == MTIME;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct validators strong = { "\"abc\"", 5, MTIME };
	static const struct validators weak = { "W/\"abc\"", 7, MTIME };
	static struct head h;
	int status;

	h.n_fields = 0;
	h.marks = UINT64_MAX; /* any name may be there, */
	h.twice = UINT64_MAX; /* and more than once */
	read_lines((const char *)data, (const char *)data + size, &h);
	CHECK(cond_check(&h, &strong) == second(&h, false));
	CHECK(cond_check(&h, &weak) == second(&h, true));
	CHECK(cond_if_range(&h, &strong) == range_counts(&h, false));
	CHECK(cond_if_range(&h, &weak) == range_counts(&h, true));
	status = cond_check(&h, NULL);
	CHECK(status == 0 || status == 304 || status == 412);
	return 0;
}
