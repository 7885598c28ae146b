/* SPDX-License-Identifier: MIT */
/*
 * A folder as a page for people and for the programs that read such pages:
 * one row a line, one <a> a row, the name as its text, the size in bytes, the
 * time as "yyyy-mm-dd hh:mm". A size that is nice to read is an attribute, and
 * shown by the style.
 */
#include <string.h>

#include "base/base.h"
#include "http/reply.h"
#include "serve/listing.h"
#include "serve/listing_form.h"
#include "serve/listing_page.h"

/* So many folders of a path are links; of deeper ones the last. */
enum { CRUMBS_MAX = 32 };

/* A byte that no page may have is shown by its picture in Unicode. */
static void add_picture(struct text *t, unsigned char c)
{
	const char picture[] = { '\xe2', '\x90',
				 (char)(0x80 + (c == 0x7f ? 0x21 : c)) };

	text_add(t, (struct slice){ picture, sizeof(picture) });
}

static void add_name(struct text *t, struct slice s)
{
	while (s.len > 0) {
		size_t n = text_utf8(s);
		unsigned char c = (unsigned char)s.at[0];

		if (n == 0)
			text_str(t, "\xef\xbf\xbd");
		else if (c < ' ' || c == 0x7f)
			add_picture(t, c);
		else
			reply_html(t, (struct slice){ s.at, n });
		n += n == 0;
		s.at += n;
		s.len -= n;
	}
}

/* "812 B", "1.4 MiB". */
static void add_size(struct text *t, uint64_t size)
{
	static const char *const units[] = { " B",   " KiB", " MiB", " GiB",
					     " TiB", " PiB", " EiB" };
	uint64_t whole = size, tenth = 0;
	size_t unit = 0;

	while (whole >= 1024) {
		tenth = whole % 1024 * 10 / 1024;
		whole /= 1024;
		unit++;
	}
	text_u64(t, whole);
	if (unit > 0) {
		text_char(t, '.');
		text_u64(t, tenth);
	}
	text_str(t, units[unit]);
}

/* ── The top ── */

/* The path, each folder of it a link to itself; the last is where we are. */
static void crumbs(struct text *t, const char *path)
{
	size_t depth = 0;

	for (const char *at = path; *at != '\0'; at++)
		depth += *at == '/';
	text_str(t, "<h1>");
	if (depth == 0) {
		text_str(t, "<b>/</b>");
	} else {
		text_str(t, "<a href=\"");
		for (size_t i = 0; i < depth; i++)
			text_str(t, "../");
		text_str(t, "\">/</a>");
	}
	if (depth > CRUMBS_MAX)
		text_str(t, "<span>\xe2\x80\xa6/</span>");
	for (; depth > 0; depth--) {
		const char *slash = strchr(path, '/');
		struct slice name = { path, (size_t)(slash - path) };

		path = slash + 1;
		if (depth > CRUMBS_MAX)
			continue;
		text_str(t, depth == 1 ? "<b>" : "<a href=\"");
		for (size_t i = 1; i < depth; i++)
			text_str(t, "../");
		text_str(t, depth == 1 ? "" : "\">");
		add_name(t, name);
		text_str(t, depth == 1 ? "/</b>" : "/</a>");
	}
	text_str(t, "</h1>\n");
}

static const struct column {
	enum folder_sort sort;
	bool descending; /* the first click */
	const char *title;
} columns[] = {
	{FOLDER_BY_NAME,  false, "Name"         },
	{ FOLDER_BY_SIZE, true,  "Size"         },
	{ FOLDER_BY_TIME, true,  "Changed (UTC)"},
};

static void column(struct text *t, const struct listing *l,
		   const struct column *c)
{
	const struct listing_query *q = &l->query;
	char memory[128];
	struct text query = text_over(memory, sizeof(memory));
	bool now = q->sort == c->sort;

	text_str(t, "<th scope=\"col\"");
	if (now)
		text_str(t, q->descending ? " aria-sort=\"descending\""
					  : " aria-sort=\"ascending\"");
	text_char(t, '>');
	if (!q->links || l->too_many) {
		text_str(t, c->title);
	} else {
		listing_query_sorted(&query, q, c->sort,
				     now ? !q->descending : c->descending);
		text_str(t, "<a href=\"");
		reply_html(t, (struct slice){ query.at, query.len });
		text_str(t, "\">");
		text_str(t, c->title);
		text_str(t, "</a>");
	}
	text_str(t, "</th>");
}

static void start(struct text *t, const char *path)
{
	text_str(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
		    "<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" "
		    "content=\"width=device-width, initial-scale=1\">\n"
		    "<title>/");
	add_name(t, slice_of(path));
	text_str(t, "</title>\n<style>");
	text_str(t, listing_style);
	text_str(t, "</style>\n</head>\n<body>\n<header>\n");
	crumbs(t, path);
	text_str(t, "</header>\n<main>\n");
}

static void html_top(struct text *t, const struct listing *l)
{
	const char *path = l->folder.path;

	start(t, path);
	if (l->too_many)
		text_str(t, "<p>Too many entries to be sorted: "
			    "these are in the order of the file system.</p>\n");
	text_str(t, "<table>\n<thead>\n<tr>");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		column(t, l, &columns[i]);
	text_str(t, "</tr>\n</thead>\n<tbody>\n");
	if (*path != '\0')
		text_str(t, "<tr><td><a href=\"../\">../</a></td>"
			    "<td></td><td></td></tr>\n");
}

/* ── Rows ── */

static void html_row(struct text *t, const struct listing *l,
		     const struct folder_entry *e)
{
	char date[LISTING_DATE_LEN];

	(void)l;
	text_str(t, "<tr><td><a href=\"");
	listing_href(t, e);
	text_str(t, "\">");
	add_name(t, (struct slice){ e->name, e->len });
	text_str(t,
		 e->is_folder ? "/</a></td><td>" : "</a></td><td data-size=\"");
	if (!e->is_folder) {
		add_size(t, e->size);
		text_str(t, "\">");
		text_u64(t, e->size);
		text_char(t, ' ');
	}
	listing_date(e->mtime, date);
	text_str(t, "</td><td>");
	text_add(t, (struct slice){ date, 10 });
	text_char(t, ' ');
	text_add(t, (struct slice){ date + 11, 5 });
	text_str(t, "</td></tr>\n");
}

/* ── The bottom ── */

static void number(struct text *t, uint64_t n, const char *what)
{
	text_u64(t, n);
	text_char(t, ' ');
	text_str(t, what);
	text_str(t, n == 1 ? ", " : "s, ");
}

static void html_bottom(struct text *t, const struct listing *l)
{
	char memory[LISTING_NEXT_SIZE];
	struct text next = text_over(memory, sizeof(memory));

	text_str(t, "</tbody>\n</table>\n</main>\n<footer>\n<p>");
	number(t, l->folders, "folder");
	number(t, l->rows - l->folders, "file");
	add_size(t, l->bytes);
	text_str(t, "</p>\n");
	if (listing_next(l, &next)) {
		text_str(t, "<p><a rel=\"next\" href=\"");
		reply_html(t, (struct slice){ next.at, next.len });
		text_str(t, "\">Next page</a></p>\n");
	}
	text_str(t, "</footer>\n<script>");
	text_str(t, listing_script);
	text_str(t, "</script>\n</body>\n</html>\n");
}

const struct listing_form listing_html = {
	.type = "text/html; charset=utf-8",
	.top = html_top,
	.row = html_row,
	.bottom = html_bottom,
};
