/* SPDX-License-Identifier: MIT */
/* Families found by their first lines: see metrics_merge.h. */
#include "net/metrics_merge.h"

#include <string.h>

#include "base/base.h"

#define BEGINS SLICE("# HELP ")

/* A family in a page: its two lines of words, and its samples. */
struct family {
	struct slice name, words, samples;
};

static struct slice take_line(struct slice *rest)
{
	const char *end = memchr(rest->at, '\n', rest->len);
	size_t len = end != NULL ? (size_t)(end - rest->at) + 1 : rest->len;
	struct slice line = { rest->at, len };

	rest->at += len;
	rest->len -= len;
	return line;
}

static bool begins_with(struct slice s, struct slice with)
{
	return s.len >= with.len && memcmp(s.at, with.at, with.len) == 0;
}

/* Lines until the next family begins. */
static bool next_family(struct slice *rest, struct family *ret)
{
	struct slice line = take_line(rest), name = line;

	if (!begins_with(line, BEGINS))
		return false;
	name.at += BEGINS.len;
	name.len -= BEGINS.len;
	ret->name = slice_cut(&name, ' ');
	ret->words = line;
	ret->words.len += take_line(rest).len;
	ret->samples = (struct slice){ rest->at, 0 };
	while (rest->len > 0 && !begins_with(*rest, BEGINS))
		ret->samples.len += take_line(rest).len;
	return true;
}

static struct slice whole(const struct metrics_page *p)
{
	return (struct slice){ p->text.at, p->text.len };
}

static bool find_family(const struct metrics_page *p, struct slice name,
			struct family *ret)
{
	struct slice rest = whole(p);

	while (rest.len > 0 && next_family(&rest, ret))
		if (slice_is(ret->name, name))
			return true;
	return false;
}

/* A name ends before labels, or before the value. */
static void write_sample(struct text *t, const struct metrics_page *p,
			 struct slice line)
{
	size_t len = 0;

	while (len < line.len && line.at[len] != '{' && line.at[len] != ' ')
		len++;
	text_add(t, (struct slice){ line.at, len });
	text_char(t, '{');
	text_str(t, p->kind);
	text_str(t, "=\"");
	text_str(t, p->name);
	if (len < line.len && line.at[len] == '{') {
		text_str(t, "\",");
		len++;
	} else {
		text_str(t, "\"}");
	}
	text_add(t, (struct slice){ line.at + len, line.len - len });
}

static void write_samples(struct text *t, const struct metrics_page *p,
			  const struct family *f)
{
	struct slice rest = f->samples;

	while (rest.len > 0)
		write_sample(t, p, take_line(&rest));
}

static bool was_before(const struct metrics_page pages[], uint32_t n,
		       struct slice name)
{
	struct family f;

	for (uint32_t i = 0; i < n; i++)
		if (find_family(&pages[i], name, &f))
			return true;
	return false;
}

/* Of the families that no page before it has. */
static void merge_from(struct text *t, const struct metrics_page pages[],
		       uint32_t n, uint32_t first)
{
	struct slice rest = whole(&pages[first]);
	struct family f, other;

	while (rest.len > 0 && next_family(&rest, &f)) {
		if (was_before(pages, first, f.name))
			continue;
		text_add(t, f.words);
		write_samples(t, &pages[first], &f);
		for (uint32_t i = first + 1; i < n; i++)
			if (find_family(&pages[i], f.name, &other))
				write_samples(t, &pages[i], &other);
	}
}

void metrics_merge(struct text *t, const struct metrics_page pages[],
		   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		t->full = t->full || pages[i].text.full;
		merge_from(t, pages, n, i);
	}
}
