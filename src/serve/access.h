/* SPDX-License-Identifier: MIT */
/*
 * The access log: one line an answer, the combined format, then the seconds it
 * took and the account of its body (bytes/calls by method, "-" without one):
 *
 *      127.0.0.1 - - [21/Nov/2026:19:40:02 +0000] "GET /big HTTP/1.1" 206
 *              1073741824 "-" "curl/7.88" 0.412 sendfile=1073741824/1024
 *
 * Bytes are those of the body that were delivered. A method that was left says
 * for which errno ("sendfile!EINVAL"). An answer that did not end well has a
 * last word: "short", when the file ended early, "aborted" otherwise.
 */
#ifndef SERVE_ACCESS_H
#define SERVE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"

struct addr;
struct pour_account;

enum { ACCESS_BUFFER_SIZE = 64 * 1024, ACCESS_LINE_SIZE = 12 * 1024 };

/* Lines wait here until the end of the turn. */
struct access {
	int fd;
	bool off;
	size_t piece; /* bytes a write() may have; see access_init() */
	struct text text;
	char memory[ACCESS_BUFFER_SIZE];
};

struct access_line {
	const struct addr *peer;
	const char *stamp;
	struct slice request;        /* the request line */
	struct slice referer, agent; /* at NULL: none */
	int status;
	uint64_t took_ms;
	const struct pour_account *account;
};

/* A pipe is written to in pieces that threads cannot tear (pipe(7)). */
void access_init(struct access *a, int fd, bool off);
void access_note(struct access *a, const struct access_line *line);
/* A sentence that is no answer's; also when lines are off. */
void access_say(struct access *a, const char *sentence);
/* Writes what waits. What the descriptor refuses is lost. */
void access_flush(struct access *a);

/* Controls, quotes, backslashes and what is not ASCII as \xHH. */
void access_escape(struct text *t, struct slice s, size_t max);

#endif
