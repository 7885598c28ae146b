/* SPDX-License-Identifier: MIT */
/* The page of a folder. */
#include "serve/listing.h"

#include <time.h>

#include "http/reply.h"
#include "serve/folder.h"

const char listing_style[] =
	":root{color-scheme:light dark}"
	"body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;"
	"padding:1rem;max-width:60rem}"
	"h1{font-size:1.2rem;overflow-wrap:anywhere}"
	"table{border-collapse:collapse;width:100%}"
	"th{text-align:left}"
	"th,td{padding:.25rem .5rem;vertical-align:top}"
	"td:first-child{overflow-wrap:anywhere}"
	"th+th,td+td{text-align:right;white-space:nowrap;"
	"font-variant-numeric:tabular-nums}"
	"tbody tr:hover{background:#8883}"
	"@media(max-width:34rem){thead{display:none}"
	"tr{display:grid;grid-template-columns:1fr auto;"
	"border-top:1px solid #8886}"
	"td:first-child{grid-column:1/3}}";

/* The hash is of the style above; a test computes it again. */
const char listing_policy[] =
	"default-src 'none'; "
	"style-src 'sha256-X+LKX2WMDISsxYIrVSBmOUXSpA83WzPmt1qCDEz9S/Y='; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static void date(struct text *t, time_t when)
{
	struct tm tm = { 0 };

	(void)gmtime_r(&when, &tm);
	text_padded(t, (uint64_t)(tm.tm_year + 1900L), 4);
	text_char(t, '-');
	text_padded(t, (uint64_t)(tm.tm_mon + 1L), 2);
	text_char(t, '-');
	text_padded(t, (uint64_t)tm.tm_mday, 2);
	text_char(t, ' ');
	text_padded(t, (uint64_t)tm.tm_hour, 2);
	text_char(t, ':');
	text_padded(t, (uint64_t)tm.tm_min, 2);
}

static void row(struct text *t, const struct folder_entry *e)
{
	const char *slash = e->is_folder ? "/" : "";
	struct slice name = slice_of(e->name);

	text_str(t, "<tr><td><a href=\"./");
	reply_href(t, name);
	text_str(t, slash);
	text_str(t, "\">");
	reply_html(t, name);
	text_str(t, slash);
	text_str(t, "</a></td><td>");
	if (!e->is_folder)
		text_u64(t, e->size);
	text_str(t, "</td><td>");
	date(t, e->mtime);
	text_str(t, "</td></tr>\n");
}

static void top(struct text *t, const char *path)
{
	text_str(t, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
		    "<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" "
		    "content=\"width=device-width, initial-scale=1\">\n"
		    "<title>/");
	reply_html(t, slice_of(path));
	text_str(t, "</title>\n<style>");
	text_str(t, listing_style);
	text_str(t, "</style>\n</head>\n<body>\n<h1>/");
	reply_html(t, slice_of(path));
	text_str(t, "</h1>\n<table>\n<thead><tr><th>Name</th>"
		    "<th>Bytes</th><th>Changed (UTC)</th></tr></thead>\n"
		    "<tbody>\n");
	if (*path != '\0')
		text_str(t, "<tr><td><a href=\"../\">../</a></td>"
			    "<td></td><td></td></tr>\n");
}

static void bottom(struct text *t, bool cut)
{
	text_str(t, "</tbody>\n</table>\n");
	if (cut)
		text_str(t, "<p>There are more; they are not shown.</p>\n");
	text_str(t, "</body>\n</html>\n");
}

/* Longer than the longest row (255 bytes, each six in HTML) and the bottom. */
enum { ROW_MAX = 4096 };

void listing_write(struct text *t, const struct folder *f, const char *path)
{
	bool cut = f->cut;

	top(t, path);
	for (uint32_t i = 0; i < f->n; i++) {
		if (t->max - t->len < ROW_MAX) {
			cut = true;
			break;
		}
		row(t, &f->entries[i]);
	}
	bottom(t, cut);
}
