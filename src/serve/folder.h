/* SPDX-License-Identifier: MIT */
/*
 * What is in a folder and can be had by a client, one entry after the other,
 * in the order of the file system and in constant memory.
 *
 *      folder_open ──► folder_next ──► entry, left out, end ──► folder_close
 *                          ▲               │
 *        folder_seek ──────┴── position ───┘
 */
#ifndef SERVE_FOLDER_H
#define SERVE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy;

struct folder_entry {
	const char *name; /* until the next call */
	size_t len;
	bool is_folder;
	uint64_t size;
	int64_t mtime;
	uint64_t next; /* the position after it, for folder_seek() */
};

enum {
	FOLDER_BUFFER_SIZE = 16 * 1024,
	FOLDER_NAME_MAX = 1024, /* no file system here has longer ones */
};

struct folder {
	const struct policy *policy;
	const char *path;
	int fd;
	uint32_t at, upto; /* what of the buffer was not looked at */
	_Alignas(uint64_t) char buffer[FOLDER_BUFFER_SIZE];
};

enum folder_found {
	FOLDER_END,
	FOLDER_ENTRY,
	FOLDER_LEFT_OUT, /* there was one, but not for clients */
};

/*
 * Opens once more the folder that is open as fd and that path ("" or "a/b/",
 * borrowed) names, with a position of its own. 0 or -errno.
 */
int folder_open(struct folder *f, const struct policy *policy, int fd,
		const char *path);
/* Goes on at a position of an entry's; 0 is the beginning. 0 or -errno. */
int folder_seek(struct folder *f, uint64_t position);
/*
 * Looks at one more. What find_open() would refuse is left out: dot names,
 * links out of the root, what is no file. enum folder_found or -errno.
 */
int folder_next(struct folder *f, struct folder_entry *ret);
void folder_close(struct folder *f);

#endif
