/* SPDX-License-Identifier: MIT */
/* Entries in memory, and their order. */
#include "serve/folder_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base.h"

/* What a comparison needs beside the two. */
struct order {
	const char *names;
	enum folder_sort sort;
	bool descending;
};

void folder_list_init(struct folder_list *l, uint32_t *quota)
{
	*l = (struct folder_list){ .names = text_heap(FOLDER_LIST_NAMES_MAX) };
	l->quota = quota;
}

void folder_list_done(struct folder_list *l)
{
	free(l->items);
	text_free(&l->names);
	*l->quota += l->n;
	folder_list_init(l, l->quota);
}

static int make_room(struct folder_list *l)
{
	uint32_t room = MIN(l->room > 0 ? 2 * l->room : 64u,
			    (uint32_t)FOLDER_LIST_MAX);
	struct folder_item *more;

	if (l->n < l->room)
		return 0;
	if (l->n == room)
		return -E2BIG;
	more = reallocarray(l->items, room, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	l->items = more;
	l->room = room;
	return 0;
}

int folder_list_add(struct folder_list *l, const struct folder_entry *e)
{
	int r = make_room(l);

	if (r < 0)
		return r;
	if (e->len > UINT16_MAX)
		return -E2BIG;
	if (*l->quota == 0)
		return -ENOBUFS;
	l->items[l->n] = (struct folder_item){
		.size = e->size,
		.mtime = e->mtime,
		.next = e->next,
		.name_at = (uint32_t)l->names.len,
		.len = (uint16_t)e->len,
		.is_folder = e->is_folder,
	};
	text_add(&l->names, (struct slice){ e->name, e->len });
	text_char(&l->names, '\0');
	if (l->names.full)
		return -E2BIG;
	l->n++;
	--*l->quota;
	return 0;
}

static struct folder_entry entry_of(const char *names,
				    const struct folder_item *item)
{
	return (struct folder_entry){
		.name = names + item->name_at,
		.len = item->len,
		.is_folder = item->is_folder,
		.size = item->size,
		.mtime = item->mtime,
		.next = item->next,
	};
}

struct folder_entry folder_list_at(const struct folder_list *l, uint32_t i)
{
	return entry_of(l->names.at, &l->items[i]);
}

static int compare_numbers(const struct folder_entry *a,
			   const struct folder_entry *b, enum folder_sort sort)
{
	if (sort == FOLDER_BY_SIZE && !a->is_folder)
		return (a->size > b->size) - (a->size < b->size);
	if (sort == FOLDER_BY_TIME)
		return (a->mtime > b->mtime) - (a->mtime < b->mtime);
	return 0;
}

/* Names that only differ in case have an order as well: it is total. */
static int compare(const struct folder_entry *a, const struct folder_entry *b,
		   const struct order *o)
{
	int r = (int)b->is_folder - (int)a->is_folder;

	if (r != 0)
		return r;
	r = compare_numbers(a, b, o->sort);
	if (r == 0)
		r = strcasecmp(a->name, b->name);
	if (r == 0)
		r = strcmp(a->name, b->name);
	return o->descending ? -r : r;
}

static int compare_items(const void *left, const void *right, void *context)
{
	const struct order *o = context;
	struct folder_entry a = entry_of(o->names, left);
	struct folder_entry b = entry_of(o->names, right);

	return compare(&a, &b, o);
}

void folder_list_sort(struct folder_list *l, enum folder_sort sort,
		      bool descending)
{
	struct order o = { l->names.at, sort, descending };

	if (sort != FOLDER_UNSORTED && l->n > 0)
		qsort_r(l->items, l->n, sizeof(*l->items), compare_items, &o);
}

uint32_t folder_list_after(const struct folder_list *l,
			   const struct folder_entry *e, enum folder_sort sort,
			   bool descending)
{
	struct order o = { l->names.at, sort, descending };
	uint32_t from = 0, upto = l->n;

	while (from < upto) {
		uint32_t mid = from + (upto - from) / 2;
		struct folder_entry at = folder_list_at(l, mid);

		if (compare(&at, e, &o) > 0)
			upto = mid;
		else
			from = mid + 1;
	}
	return from;
}
