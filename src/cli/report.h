/* SPDX-License-Identifier: MIT */
/*
 * Accounts as text on standard error: for people, and as lines of JSON, which
 * have the names of the server's log.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/progress_line.h"

/* How far it is, in one line. */
void report_state(const struct progress_view *v);
/* The account, as pour_explain() has it; whose it is, or NULL. */
void report_explain(const char *name, const struct pour_account *a);

/* {"type":"progress", ...} */
void report_json_progress(const struct progress_view *v);
/* {"type":"listening","at":"tcp:127.0.0.1:9000"} */
void report_json_listening(const char *where);

/* How it ended; what is NULL is left out. */
struct report_end {
	const char *type; /* NULL: "report", of all of it */
	const char *src, *dst;
	int exit_code;
	uint64_t failed;      /* of the files of a tree */
	const char *verified; /* the hash of both sides, that were read again */
	const char *hash;     /* of what went through */
	const char *on_slow;  /* what becomes of a branch that is slow */
};

/* {"type":"report", ...} */
void report_json_end(const struct progress_view *v, const struct report_end *e);

#endif
