/* SPDX-License-Identifier: MIT */
/* What is in a folder and can be had by a client, in the order of the page. */
#ifndef SERVE_FOLDER_H
#define SERVE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct policy;

/* Entries looked at; one request must not hold the loop for long. */
enum { FOLDER_ENTRIES_MAX = 10000 };

struct folder_entry {
	char *name;
	bool is_folder;
	uint64_t size;
	time_t mtime;
};

struct folder {
	struct folder_entry *entries;
	uint32_t n, room;
	bool cut; /* there are more */
};

/*
 * Reads the folder that is open as fd and that path ("" or "a/b/") names:
 * folders first, then by name. What find_open() would refuse is left out: dot
 * names, links out of the root, what is no file. fd stays open; its position
 * moves. 0 or -errno.
 */
int folder_read(const struct policy *policy, int fd, const char *path,
		struct folder *ret);
void folder_done(struct folder *f);

#endif
