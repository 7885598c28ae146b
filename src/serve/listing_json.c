/* SPDX-License-Identifier: MIT */
/*
 * A folder as JSON, or as NDJSON: the entries alone, one a line.
 *
 *      {"path":"/a/","sort":"name","order":"asc","entries":[
 *      {"name":"b","href":"b","type":"file","size":1,"mtime":"2001-…Z"}
 *      ],"next":null}
 *
 * A name that is not UTF-8 has U+FFFD for each byte that is not; its href is
 * exact.
 */
#include "serve/listing_form.h"

#include "base/json.h"
#include "serve/listing.h"

static void entry(struct text *t, const struct folder_entry *e)
{
	struct slice name = { e->name, e->len };
	char date[LISTING_DATE_LEN];

	text_str(t, "{\"name\":");
	json_string(t, name, SIZE_MAX);
	text_str(t, ",\"href\":\"");
	listing_href(t, e);
	text_str(t, e->is_folder ? "\",\"type\":\"directory\""
				 : "\",\"type\":\"file\",\"size\":");
	if (!e->is_folder)
		text_u64(t, e->size);
	listing_date(e->mtime, date);
	text_str(t, ",\"mtime\":\"");
	text_add(t, (struct slice){ date, sizeof(date) });
	text_str(t, "Z\"}");
}

static void json_top(struct text *t, const struct listing *l)
{
	char memory[LISTING_ROW_SIZE];
	struct text path = text_over(memory, sizeof(memory));

	text_char(&path, '/');
	text_str(&path, l->folder.path);
	text_str(t, "{\"path\":");
	json_string(t, (struct slice){ path.at, path.len }, SIZE_MAX);
	text_str(t, ",\"sort\":\"");
	text_str(t, listing_query_word(l->query.sort));
	text_str(t, "\",\"order\":\"");
	text_str(t, l->query.descending ? "desc" : "asc");
	text_str(t, "\",\"entries\":[");
}

static void json_row(struct text *t, const struct listing *l,
		     const struct folder_entry *e)
{
	text_str(t, l->rows > 0 ? ",\n" : "\n");
	entry(t, e);
}

static void json_bottom(struct text *t, const struct listing *l)
{
	char memory[LISTING_NEXT_SIZE];
	struct text next = text_over(memory, sizeof(memory));

	text_str(t, "\n],\"next\":");
	if (listing_next(l, &next))
		json_string(t, (struct slice){ next.at, next.len }, SIZE_MAX);
	else
		text_str(t, "null");
	text_str(t, "}\n");
}

static void nothing(struct text *t, const struct listing *l)
{
	(void)t;
	(void)l;
}

static void ndjson_row(struct text *t, const struct listing *l,
		       const struct folder_entry *e)
{
	(void)l;
	entry(t, e);
	text_char(t, '\n');
}

const struct listing_form listing_json = {
	.type = "application/json",
	.top = json_top,
	.row = json_row,
	.bottom = json_bottom,
};

const struct listing_form listing_ndjson = {
	.type = "application/x-ndjson",
	.top = nothing,
	.row = ndjson_row,
	.bottom = nothing,
};
