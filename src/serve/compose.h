/* SPDX-License-Identifier: MIT */
/*
 * Replies put together: a head, opened with a status and ended by what the
 * body is, since that decides the last fields.
 *
 *      compose_begin ─► reply_field … ─► compose_file, _memory, _stream, _none
 *
 * and whole ones: pages, errors, redirects.
 */
#ifndef SERVE_COMPOSE_H
#define SERVE_COMPOSE_H

#include <stdint.h>

#include "base/slice.h"
#include "serve/body.h"

struct answer;

/* Status line and what every head has; other fields may follow. */
void compose_begin(struct answer *a, int status);
/* The type of the answer's file; of a sibling, that of what it is one of. */
struct slice compose_type(const struct answer *a);
/* The fields of the answer's file, but its type. */
void compose_fields(struct answer *a);
/* What the choice of the answer's file depends on, if on anything. */
void compose_vary(struct answer *a);

/* ── Ends of a head; the answer is whole then ── */

/* No body, and no field about one. */
void compose_none(struct answer *a);
/* Bytes in memory, which stay until answer_finish(). */
void compose_memory(struct answer *a, struct slice type, struct slice bytes);
/* A piece of the answer's file, with the fields that the file has. */
void compose_file(struct answer *a, uint64_t from, uint64_t upto);
/*
 * All of the answer's file, as a 200 from its beginning on. A small one that
 * several ask for in a turn is put together once: head and bytes lie in one
 * piece then, and leave without being copied.
 */
void compose_whole(struct answer *a);
/*
 * Bytes that a function makes, of unknown length: chunks for HTTP/1.1, an end
 * by closing for 1.0. over(context) is called when the answer is over; for a
 * HEAD too, whose reader is never called.
 */
void compose_stream(struct answer *a, struct slice type, body_reader *reader,
		    body_over *over, void *context);

/* ── Whole replies ── */

/* A short page for a status, with one field more; name NULL: none. */
void compose_page(struct answer *a, int status, const char *name,
		  struct slice value);
/* The same, with the fields that the status asks for. */
void compose_error(struct answer *a, int status);
/* The same with the answer's file, the whole of it, as its page. */
void compose_error_file(struct answer *a, int status);
/* What may be asked of any path, and nothing else: 204. */
void compose_options(struct answer *a);
/* 400, and what of the request was wrong. */
void compose_bad(struct answer *a, const char *why);
/* To the same target with a slash behind it: 301. */
void compose_slash(struct answer *a);

#endif
