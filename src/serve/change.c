/* SPDX-License-Identifier: MIT */
/*
 * What a server serves and where, at its start and whenever that changes.
 *
 *      options ──► sites ─────┐
 *         └──► addresses ──► change ──► a copy for each worker ──► adopted
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/addr.h"
#include "net/listen.h"
#include "serve/admit.h"
#include "serve/check.h"
#include "serve/serve_inside.h"

/* ── Opening it ── */

/* All that the options ask for, opened; none of it is in use yet. */
struct serve_next {
	struct served served;
	struct listen_set listening;
	struct log_next log;
};

static void next_done(struct serve_next *next)
{
	next->served.sites = sites_drop(next->served.sites);
	listen_done(&next->listening);
	log_discard(&next->log);
}

int serve_fail_address(char error[SERVE_ERROR_SIZE], int r,
		       const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	return serve_fail(error, r, "%s: %s", text, strerror(-r));
}

static int fail_wish(char error[SERVE_ERROR_SIZE], int r,
		     const struct listen_wish *wish, uint32_t i)
{
	if (i < wish->n_inherited)
		return serve_fail(error, r, "a socket that was inherited: %s",
				  strerror(-r));
	return serve_fail_address(error, r,
				  &wish->addresses[i - wish->n_inherited]);
}

static int open_addresses(const struct serve *s, struct serve_next *next,
			  char error[SERVE_ERROR_SIZE])
{
	struct listen_wish wish = { next->served.opts.inherited,
				    next->served.opts.n_inherited,
				    next->served.opts.listen,
				    next->served.opts.n_listen };
	struct addr standard[2];
	const char *why = "no addresses";
	int r;

	if (wish.n_inherited + wish.n_addresses == 0) {
		r = addr_parse("127.0.0.1:8080", standard, &why);
		if (r < 0)
			return serve_fail(error, r, "%s", why);
		wish.addresses = standard;
		wish.n_addresses = (uint32_t)r;
	}
	r = listen_open(&next->listening, &s->listening, &wish, s->n_threads);
	if (r < 0 && next->listening.n < next->listening.room)
		return fail_wish(error, r, &wish, next->listening.n);
	return r;
}

static int open_log(const struct serve *s, struct serve_next *next,
		    char error[SERVE_ERROR_SIZE])
{
	const struct serve_opts *o = &next->served.opts;
	int r = log_prepare(&next->log, &s->shared.log, o->log_file,
			    o->log == SERVE_LOG_JSON);

	return r < 0 ? serve_fail(error, r, "%s: %s",
				  o->log_file ? o->log_file : "the log",
				  strerror(-r))
		     : 0;
}

static int next_open(const struct serve *s, struct serve_next *next,
		     const struct serve_opts *opts,
		     char error[SERVE_ERROR_SIZE])
{
	int r;

	*next = (struct serve_next){ .served.opts = serve_filled(opts),
				     .log.fd = -1 };
	r = sites_new(&next->served.sites, next->served.opts.sites,
		      next->served.opts.n_sites, next->served.opts.only_hosts,
		      error);
	if (r == 0)
		r = open_addresses(s, next, error);
	if (r == 0)
		r = open_log(s, next, error);
	if (r < 0)
		next_done(next);
	return r;
}

/* From here on it is served. */
static int apply(struct serve *s, struct serve_next *next)
{
	int r = 0;

	/* Before any worker sees a site that wants them. */
	if (s->shared.checkers == NULL && sites_have_users(next->served.sites))
		r = check_start(&s->shared.checkers);
	if (r < 0)
		return r;
	log_commit(&s->shared.log, &next->log);
	admit_set(s->shared.limits, &next->served.opts);
	listen_unlink(&s->listening, &next->listening);
	r = adopt_by_all(s->adopters, s->n_threads, s->crew.started,
			 &next->served, &next->listening);
	listen_done(&s->listening);
	s->listening = next->listening;
	next->listening = (struct listen_set){ 0 };
	return r;
}

/* ── All of it ── */

int serve_prepare(const struct serve *s, const struct serve_opts *opts,
		  struct serve_next **ret, char ret_error[SERVE_ERROR_SIZE])
{
	struct serve_next *next = malloc(sizeof(*next));
	int r;

	if (next == NULL)
		return serve_fail(ret_error, -ENOMEM, "out of memory");
	r = next_open(s, next, opts, ret_error);
	if (r < 0) {
		free(next);
		return r;
	}
	*ret = next;
	return 0;
}

int serve_commit(struct serve *s, struct serve_next *next)
{
	int r = apply(s, next);

	serve_discard(next);
	return r;
}

void serve_discard(struct serve_next *next)
{
	if (next == NULL)
		return;
	next_done(next);
	free(next);
}

int serve_reload(struct serve *s, const struct serve_opts *opts,
		 char ret_error[SERVE_ERROR_SIZE])
{
	struct serve_next *next = NULL;
	int r = serve_prepare(s, opts, &next, ret_error);

	if (r < 0)
		return r;
	assert(next != NULL);
	r = serve_commit(s, next);
	if (r < 0)
		return serve_fail(ret_error, r,
				  "not every thread could change: %s",
				  strerror(-r));
	return 0;
}
