/* SPDX-License-Identifier: MIT */
/*
 * A request's head to a reply: the only place where policy meets protocol.
 *
 *      head ──► target ──► opened ──► conditions ──► range ──► reply
 *                 │           │            │            │
 *                 └ 400 404   └ 403 404    └ 304 412    └ 416    and a page
 *                                301 503
 */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

#include <stdbool.h>

#include "base/text.h"
#include "http/multipart.h"
#include "http/range.h"
#include "http/target.h"
#include "serve/body.h"

struct cache;
struct head;
struct listing;
struct manners;
struct opened;

enum {
	/* A Location at its longest: a path that the kernel takes, every
	 * byte of it encoded, and the rest of the target as its query. */
	ANSWER_HEAD_SIZE = 20 * 1024,
	ANSWER_PAGE_SIZE = 2 * 1024, /* of an error */
};

struct answer {
	int status;
	bool close;     /* the connection ends after it; set to ask for it */
	bool head_only; /* a HEAD: lengths as for GET, no body */
	bool old;       /* HTTP/1.0: what is kept alive must be said */
	struct opened *file;     /* a share of what body is of, or NULL */
	struct opened *original; /* what file is a sibling of, or NULL */
	const char *coding;      /* of the sibling */
	size_t path_len;         /* of target.path, as far as it names file */
	struct text head;        /* whole, blank line included */
	struct body body;
	struct ranges ranges;       /* of the file that were asked for */
	struct multipart multipart; /* the lines between several */
	struct text page;           /* a short listing; on the heap */
	struct listing *listing;    /* one that is not begun yet, or NULL */
	const char *date;
	const struct manners *manners; /* of the site, or NULL */
	int denied; /* status for one that may not come in, or 0 */
	struct target target;
	char page_memory[ANSWER_PAGE_SIZE];
	char head_memory[ANSWER_HEAD_SIZE];
};

/* close: this answer is the connection's last one whatever was asked for. */
void answer_begin(struct answer *a, const char *date, bool close);
/*
 * Answers a head that was understood. True: a folder is still being read, so
 * answer_go_on() in the next turn, until that says false.
 */
bool answer_request(struct answer *a, struct cache *cache,
		    const struct head *head);
bool answer_go_on(struct answer *a);
/* Answers one that was not, with its status; the connection ends. */
void answer_refuse(struct answer *a, int status);
/* Gives back what the reply holds. Safe on all zero, and twice. */
void answer_finish(struct answer *a, struct cache *cache);

#endif
