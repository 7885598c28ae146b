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
/* The account, as pour_explain() has it. */
void report_explain(const struct pour_account *a);

/* {"type":"progress", ...} */
void report_json_progress(const struct progress_view *v);
/* {"type":"listening","at":"tcp:127.0.0.1:9000"} */
void report_json_listening(const char *where);

/* How it ended, of one source and one destination. */
struct report_end {
	const char *src, *dst;
	int exit_code;
	const char *verified; /* the hash of both sides; NULL: not looked at */
};

/* {"type":"report", ...} */
void report_json_end(const struct progress_view *v, const struct report_end *e);

#endif
