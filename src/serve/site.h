/* SPDX-License-Identifier: MIT */
/*
 * What is served under which names.
 *
 *      Host ──► name, exact before wildcard ──► site ──► its policy
 *                 └ nobody's: the first site, or nobody (421)
 *
 * A struct sites never changes: whoever reloads makes a new one, and the old
 * one goes when the last answer that began under it has ended.
 */
#ifndef SERVE_SITE_H
#define SERVE_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "serve/find.h"
#include "serve/manners.h"

struct policy;
struct sites;

enum { SITE_ERROR_SIZE = 512, SITE_HOST_MAX = 255 };

/* In every field zero is the default. */
struct site_opts {
	const char *const *hosts; /* "example.org", "*.example.org" */
	uint32_t n_hosts;
	const char *root;      /* NULL: "." */
	enum find_links links; /* symbolic ones below the root */
	bool hidden;           /* dot names are served as well */
	const char *index;     /* NULL: "index.html"; "": none */
	struct manners_opts manners;
	const char *auth_file; /* who may come in; NULL: everybody */
};

/*
 * Opens the roots. With only_hosts nobody answers to a name that no site has;
 * otherwise the first site does. Copies what it needs of opts. A negative
 * errno, and then ret_error says in one line what was wrong.
 */
int sites_new(struct sites **ret, const struct site_opts *opts, uint32_t n,
	      bool only_hosts, char ret_error[SITE_ERROR_SIZE]);
/* One more share of it, and one less: the last one frees. Any thread. */
struct sites *sites_share(struct sites *s);
struct sites *sites_drop(struct sites *s);

/*
 * The policy for a Host as a request has it: a port, a dot at the end and the
 * case of letters do not count. NULL: nobody has that name.
 */
const struct policy *sites_find(const struct sites *s, struct slice host);
/* Whether some site asks who comes. */
bool sites_have_users(const struct sites *s);
/* That of the first site. */
const struct policy *sites_first(const struct sites *s);

#endif
