/* SPDX-License-Identifier: MIT */
/*
 * The entries of a folder in memory, to be sorted: bounded in number and in
 * bytes. Folders come first, whatever the order.
 */
#ifndef SERVE_FOLDER_LIST_H
#define SERVE_FOLDER_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "serve/folder.h"

enum {
	FOLDER_LIST_PAGE = 10000, /* entries */
	/* One more is enough to know that there are more. */
	FOLDER_LIST_MAX = FOLDER_LIST_PAGE + 1,
	FOLDER_LIST_NAMES_MAX = 4 << 20, /* bytes of their names */
	/* Entries that all listings of a thread may hold together. */
	FOLDER_LIST_QUOTA = 200 * 1000,
};

enum folder_sort {
	FOLDER_BY_NAME,
	FOLDER_BY_SIZE,
	FOLDER_BY_TIME,
	FOLDER_UNSORTED, /* in the order of the file system */
};

struct folder_item {
	uint64_t size;
	int64_t mtime;
	uint64_t next;    /* position after it */
	uint32_t name_at; /* in names */
	uint16_t len;
	bool is_folder;
};

struct folder_list {
	struct folder_item *items;
	uint32_t n, room;
	struct text names; /* each ended by a NUL */
	uint32_t *quota;
};

/* quota: how many entries all lists that share it may still have together. */
void folder_list_init(struct folder_list *l, uint32_t *quota);
/* Gives the memory back; more can be added all the same. */
void folder_list_done(struct folder_list *l);
/* 0, -E2BIG: it is full, -ENOBUFS: others have used the quota, -ENOMEM. */
int folder_list_add(struct folder_list *l, const struct folder_entry *e);
/* The entry at i; its name stays where it is until the next is added. */
struct folder_entry folder_list_at(const struct folder_list *l, uint32_t i);
void folder_list_sort(struct folder_list *l, enum folder_sort sort,
		      bool descending);
/*
 * Of a sorted list: the first that comes after e, which need not be (any more)
 * among them. Size or mtime of e count as the order wants them.
 */
uint32_t folder_list_after(const struct folder_list *l,
			   const struct folder_entry *e, enum folder_sort sort,
			   bool descending);

#endif
