/* SPDX-License-Identifier: MIT */
/*
 * What a site says and does beyond its files: fields of its own, who else's
 * pages may read it, paths that have moved, pages for errors, one page for all
 * that is not there.
 *
 *      options, as text ──► manners_new, checked ──► struct manners ──► answers
 */
#ifndef SERVE_MANNERS_H
#define SERVE_MANNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "base/text.h"

struct head;
struct target;

enum { MANNERS_ERROR_SIZE = 384 };

/* In every field zero is none. */
struct manners_opts {
	const char *const *fields; /* "Name: value" */
	uint32_t n_fields;
	const char *const *redirects; /* "/old=/new"; see manners.c */
	uint32_t n_redirects;
	const char *const *error_pages; /* "404=/sorry.html" */
	uint32_t n_error_pages;
	const char *cors; /* an origin, or "*" */
	bool spa;         /* what is not there is the index of the root */
};

struct redirect {
	int status;
	bool prefix;      /* whatever follows from is put behind to */
	const char *from; /* without the first slash */
	const char *to;
};

struct error_page {
	int status;
	const char *path; /* without the first slash */
};

struct manners {
	struct text fields;    /* whole lines, for each answer */
	struct text preflight; /* the same for an answer to OPTIONS */
	bool spa;
	uint32_t n_redirects, n_error_pages;
	struct redirect *redirects;
	struct error_page *error_pages;
	char **texts; /* what those point into */
	uint32_t n_texts;
};

/*
 * Checks all of it and copies it. 0, or a negative errno and ret_error says
 * what was wrong and what is allowed.
 */
int manners_new(struct manners **ret, const struct manners_opts *opts,
		char ret_error[MANNERS_ERROR_SIZE]);
struct manners *manners_free(struct manners *m);

/*
 * Where a target has gone: the status, with the Location in *ret (which has
 * memory of its own); 0: nowhere.
 */
int manners_redirect(const struct manners *m, const struct target *t,
		     struct text *ret);
/* The path of the page for a status, or NULL. */
const char *manners_error_page(const struct manners *m, int status);
/* Whether what is not there is to be the index of the root. */
bool manners_is_page(const struct manners *m, const struct target *t,
		     const struct head *h);

#endif
