/* SPDX-License-Identifier: MIT */
/* The server as a whole: its options, its parts, questions about it. */
#include "serve/serve.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "http/head.h"
#include "net/budget.h"
#include "serve/check.h"
#include "serve/serve_inside.h"

static_assert((int)SERVE_THREADS_MAX == (int)LISTEN_THREADS_MAX,
	      "each thread has its own listeners");

/* ── Options ── */

static uint32_t or_default(uint32_t value, uint32_t standard)
{
	return value != 0 ? value : standard;
}

struct serve_opts serve_filled(const struct serve_opts *opts)
{
	struct serve_opts o = { 0 };

	if (opts != NULL)
		o = *opts;
	o.threads = MIN(or_default(o.threads, crew_size()),
			(uint32_t)SERVE_THREADS_MAX);
	o.header_timeout_ms = or_default(o.header_timeout_ms, 10 * 1000);
	o.idle_timeout_ms = or_default(o.idle_timeout_ms, 60 * 1000);
	o.body_timeout_ms = or_default(o.body_timeout_ms, 60 * 1000);
	o.linger_timeout_ms = or_default(o.linger_timeout_ms, 5 * 1000);
	o.min_rate = o.min_rate != 0 ? o.min_rate : 100;
	o.header_size = or_default(o.header_size, HEAD_SIZE_MAX);
	o.header_fields = or_default(o.header_fields, HEAD_FIELDS_MAX);
	o.pipelined = or_default(o.pipelined, 16);
	o.grace_ms = or_default(o.grace_ms, 30 * 1000);
	o.log_fd = o.log_fd ? o.log_fd : STDERR_FILENO;
	return o;
}

int serve_fail(char error[SERVE_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, SERVE_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

/* ── Building it ── */

/*
 * Connections and the files that they send share the descriptors: a quarter, or
 * as many as anybody will need, is kept back for files.
 */
static void count_connections(struct serve *s)
{
	const struct serve_opts *o = &s->shared.opts;
	const struct budget budget = {
		.own = 8 + o->spare_fds,
		.threads = s->n_threads,
		.per_thread = 4 + MAX(o->n_listen + o->n_inherited, 1U),
		.per_connection = 1,
		.kept_part = 4,
		.kept_max = 4096,
	};

	s->shared.connections_max = budget_connections(&budget);
}

static int init_workers(struct serve *s)
{
	s->threads = calloc(s->n_threads, sizeof(*s->threads));
	s->adopters = calloc(s->n_threads, sizeof(struct adopter *));
	if (s->threads == NULL || s->adopters == NULL)
		return -ENOMEM;
	for (; s->n_init < s->n_threads; s->n_init++) {
		struct thread *t = &s->threads[s->n_init];
		int r;

		t->serve = s;
		s->adopters[s->n_init] = &t->worker.adopter;
		r = worker_init(&t->worker, &s->shared);
		if (r < 0) {
			worker_done(&t->worker);
			return r;
		}
	}
	return 0;
}

static int open_log(struct serve *s, char error[SERVE_ERROR_SIZE])
{
	struct serve_opts *o = &s->shared.opts;
	int r = log_open(&s->shared.log, o->log_file, o->log_fd,
			 o->log == SERVE_LOG_JSON);

	if (r < 0)
		return serve_fail(error, r, "%s: %s", o->log_file,
				  strerror(-r));
	o->log_file = NULL; /* it was the caller's */
	return 0;
}

static int build(struct serve *s, const struct serve_opts *opts,
		 char error[SERVE_ERROR_SIZE])
{
	int r;

	s->shared.opts = serve_filled(opts);
	r = open_log(s, error);
	if (r < 0)
		return r;
	s->n_threads = s->shared.opts.threads;
	count_connections(s);
	r = serve_init_crew(s);
	if (r == 0)
		r = limits_new(&s->shared.limits);
	if (r == 0)
		r = init_workers(s);
	if (r < 0)
		return serve_fail(error, r, "cannot start: %s", strerror(-r));
	return serve_reload(s, opts, error);
}

int serve_new(struct serve **ret, const struct serve_opts *opts,
	      char ret_error[SERVE_ERROR_SIZE])
{
	struct serve *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return serve_fail(ret_error, -ENOMEM, "out of memory");
	r = build(s, opts, ret_error);
	if (r < 0) {
		(void)serve_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct serve *serve_free(struct serve *s)
{
	if (s == NULL)
		return NULL;
	s->shared.checkers = check_stop(s->shared.checkers);
	listen_unlink(&s->listening, NULL);
	for (uint32_t i = 0; i < s->n_init; i++)
		worker_done(&s->threads[i].worker);
	listen_done(&s->listening);
	log_close(&s->shared.log);
	crew_done(&s->crew);
	(void)limits_free(s->shared.limits);
	free(s->adopters);
	free(s->threads);
	free(s);
	return NULL;
}

/* ── Questions ── */

uint32_t serve_n_addresses(const struct serve *s)
{
	return s->listening.n;
}

const struct addr *serve_address(const struct serve *s, uint32_t i)
{
	return &s->listening.at[i].bound;
}

uint32_t serve_threads(const struct serve *s)
{
	return s->n_threads;
}
