/* SPDX-License-Identifier: MIT */
/*
 * A line of the access log: one an answer. In the combined format, then the
 * seconds it took and the account of its body (bytes/calls by method, "-"
 * without one):
 *
 *      127.0.0.1 - - [21/Nov/2026:19:40:02 +0000] "GET /big HTTP/1.1" 206
 *              1073741824 "-" "curl/7.88" 0.412 sendfile=1073741824/1024
 *
 * or as an object, whose names are those of the metrics:
 *
 *      {"time":"2026-11-21T19:40:02Z","peer":"127.0.0.1","method":"GET",
 *       "target":"/big","protocol":"HTTP/1.1","code":206,"bytes":1073741824,
 *       "agent":"curl/7.88","seconds":0.412,
 *       "by":{"sendfile":{"bytes":1073741824,"calls":1024}}}
 *
 * Bytes are those of the body that were delivered. A method that was left says
 * for which errno ("sendfile!EINVAL", "left":{"sendfile":"EINVAL"}). An answer
 * that did not end well has a last word: "short", when the file ended early,
 * "aborted" otherwise. Who was let in by a password has his name in the third
 * place ("user" in the object), with its spaces escaped as well.
 */
#ifndef SERVE_ACCESS_H
#define SERVE_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"

struct addr;
struct pour_account;
struct stamp;

struct access_line {
	const struct addr *peer;
	const struct stamp *stamp;
	struct slice request;        /* the request line */
	struct slice method, target; /* at NULL: it was not understood */
	struct slice referer, agent; /* at NULL: none */
	struct slice user;           /* who was let in; at NULL: whoever */
	uint8_t minor;               /* HTTP/1.minor */
	int status;
	uint64_t took_ms;
	const struct pour_account *account;
};

/* Bytes of a line's parts, escaped; then it goes on with "...". */
enum {
	ACCESS_REQUEST_MAX = 8 * 1024,
	ACCESS_REFERER_MAX = 1024,
	ACCESS_AGENT_MAX = 512,
	ACCESS_USER_MAX = 256,
};

/* One line, without its end, of less than LOG_LINE_SIZE bytes. */
void access_combined(struct text *t, const struct access_line *line);
void access_json(struct text *t, const struct access_line *line);

/* "short", "aborted", or NULL: it ended well. */
const char *access_ended(const struct pour_account *account);

/* Controls, quotes, backslashes and what is not ASCII as \xHH. */
void access_escape(struct text *t, struct slice s, size_t max);

#endif
