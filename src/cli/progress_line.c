/* SPDX-License-Identifier: MIT */
/* Parts of a line, and which of them have room: see progress_line.h. */
#include "cli/progress_line.h"

#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "cli/human.h"

enum { PART_SIZE = 128, SEPARATOR_LEN = 2, PERCENT = 100 };

/* From left to right. */
enum part { WHAT, DONE, FILES, SHARE, NOW, AVERAGE, LEFT, METHODS };

enum { PARTS = METHODS + 1 };

/* What goes first when there is no room. */
static const enum part expendable[] = {
	METHODS, AVERAGE, LEFT, NOW, WHAT, SHARE
};

struct parts {
	char text[PARTS][PART_SIZE];
};

uint64_t progress_left(const struct progress_view *v, uint64_t rate)
{
	if (v->total < v->done || v->total == 0 || rate == 0)
		return UINT64_MAX;
	return (v->total - v->done + rate - 1) / rate;
}

static unsigned percent(uint64_t part, uint64_t whole)
{
	if (whole == 0 || part >= whole)
		return PERCENT;
	return (unsigned)((double)part * PERCENT / (double)whole);
}

/* ── Parts ── */

static void put_rates(struct parts *p, const struct progress_view *v)
{
	uint64_t now = human_rate(v->recent, v->recent_ns);
	uint64_t average = human_rate(v->account->delivered, v->took_ns);
	uint64_t left = progress_left(v, now > 0 ? now : average);
	char text[HUMAN_SIZE];

	human_bytes(now, text);
	(void)snprintf(p->text[NOW], PART_SIZE, "%s/s", text);
	human_bytes(average, text);
	(void)snprintf(p->text[AVERAGE], PART_SIZE, "(%s/s)", text);
	if (left == UINT64_MAX)
		return;
	human_time(left, text);
	(void)snprintf(p->text[LEFT], PART_SIZE, "ETA %s", text);
}

/* All or nothing of each: a name that is cut says nothing. */
static void put_methods(char ret[PART_SIZE], const struct pour_account *a)
{
	size_t len = 0;

	for (unsigned m = 0; m < POUR_METHODS; m++) {
		int n;

		if (a->moved[m] == 0)
			continue;
		n = snprintf(ret + len, PART_SIZE - len, "%s%s %u%%",
			     len > 0 ? " " : "",
			     pour_method_name((enum pour_method)m),
			     percent(a->moved[m], a->delivered));
		if (n < 0 || (size_t)n >= PART_SIZE - len) {
			ret[len] = '\0';
			return;
		}
		len += (size_t)n;
	}
}

static void put_all(struct parts *p, const struct progress_view *v)
{
	memset(p, 0, sizeof(*p));
	if (v->what != NULL)
		(void)snprintf(p->text[WHAT], PART_SIZE, "%s", v->what);
	human_bytes(v->done, p->text[DONE]);
	if (v->files > 0)
		(void)snprintf(p->text[FILES], PART_SIZE, "%llu files",
			       (unsigned long long)v->files);
	if (v->total > 0)
		(void)snprintf(p->text[SHARE], PART_SIZE, "%u%%",
			       percent(v->done, v->total));
	put_rates(p, v);
	put_methods(p->text[METHODS], v->account);
}

/* ── The line ── */

static size_t join(const struct parts *p, char ret[PROGRESS_LINE_SIZE])
{
	size_t len = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < PARTS; i++) {
		if (p->text[i][0] == '\0')
			continue;
		len += (size_t)snprintf(ret + len, PROGRESS_LINE_SIZE - len,
					"%s%s", len > 0 ? "  " : "",
					p->text[i]);
		len = MIN(len, (size_t)PROGRESS_LINE_SIZE - 1);
	}
	return len;
}

void progress_line(const struct progress_view *v, int width,
		   char ret[PROGRESS_LINE_SIZE])
{
	size_t room = (size_t)MIN(MAX(width, 0), PROGRESS_LINE_SIZE - 1);
	struct parts p;

	put_all(&p, v);
	for (size_t i = 0; join(&p, ret) > room; i++) {
		if (i == ARRAY_SIZE(expendable)) {
			ret[room] = '\0';
			return;
		}
		p.text[expendable[i]][0] = '\0';
	}
}
