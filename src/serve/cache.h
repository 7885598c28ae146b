/* SPDX-License-Identifier: MIT */
/*
 * What was opened in this turn of the loop. Requests that are ready in one
 * turn share a descriptor and all that is known of it, and of a small file its
 * bytes and the head that they are answered with; at the end of the turn the
 * cache forgets, so nobody is ever answered from what was opened before his
 * request was there.
 *
 *      path ──► cache ──► opened (counted) ◄── answers that are being sent
 *                 │  miss: find_open()
 *                 └─ end of turn: gives back its share
 */
#ifndef SERVE_CACHE_H
#define SERVE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/text.h"
#include "http/cond.h"
#include "serve/find.h"

struct manners;
struct users;
struct mime;

/* What answers depend on; shared by all threads, and read only. */
struct policy {
	struct find_root root;
	bool hidden;       /* dot names are served as well */
	const char *index; /* name of the page of a folder; "" none */
	const struct mime *mime;
	const struct manners *manners;
	struct users *users; /* NULL: everybody may come in */
};

enum {
	CACHE_SLOTS = 64,
	OPENED_PATH_SIZE = 256,
	OPENED_FIELDS_SIZE = 512,
	/* Of a small file: as many as leave in one send with their head. */
	OPENED_BYTES_SIZE = 16 * 1024,
	OPENED_HEAD_SIZE = 1024 /* of a head that is kept with them */
};

/* A file or a folder, or the status that looking for it is answered with. */
struct opened {
	uint32_t shares;
	int fd;          /* -1: see status */
	int status;      /* 0: fd is open */
	bool compresses; /* siblings of it may be (serve/sibling.h) */
	size_t path_len;
	struct stat st;
	struct validators validators;
	size_t type_len; /* of the value of its Content-Type */
	size_t fields_len;
	char fields[OPENED_FIELDS_SIZE]; /* Content-Type, then the others */
	const struct policy *policy;     /* whose root path is below */
	char path[OPENED_PATH_SIZE];
	bool wanted;     /* more than once in this turn */
	bool has_bytes;  /* all of them, in bytes */
	char *memory;    /* OPENED_HEAD_SIZE of room, then for the bytes */
	size_t head_len; /* of the head that ends where they begin; 0: none */
	struct opened *next_free;
};

struct cache {
	const struct policy *policy; /* whose files are asked for */
	struct opened *slots[CACHE_SLOTS];
	uint8_t used[CACHE_SLOTS]; /* which slots, in no order */
	uint32_t n_used;
	struct opened *free;
	uint32_t n_free;
	uint32_t listing_quota; /* entries that listings may still gather */
};

void cache_init(struct cache *c, const struct policy *policy);
/* From here on files are those of another policy; NULL: nobody's. */
void cache_turn_to(struct cache *c, const struct policy *policy);
/* All shares but the cache's own must have been given back. */
void cache_done(struct cache *c);
/*
 * A share of what path names (len bytes, then a NUL). NULL: no memory. The
 * share goes back with cache_give().
 */
struct opened *cache_take(struct cache *c, const char *path, size_t len);
void cache_give(struct cache *c, struct opened *o);
/* The end of the turn. */
void cache_empty(struct cache *c);

/*
 * All of a small file that more than one ask for in this turn, read once for
 * them; NULL: it is to be read from its descriptor. They last as the share.
 */
const char *opened_bytes(struct opened *o);
/*
 * The head of an answer with all of those bytes, which lies right before them;
 * empty: none was kept in this turn. One that is too long is not kept.
 */
struct text opened_head(const struct opened *o);
void opened_keep_head(struct opened *o, struct slice head);
/* Of a file: its type, the line that says so, and the other lines. */
struct slice opened_type(const struct opened *o);
struct slice opened_type_line(const struct opened *o);
struct slice opened_fields(const struct opened *o);

#endif
