/* SPDX-License-Identifier: MIT */
/* The proxy as a whole: its options, its parts, its threads. */
#include "proxy/proxy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "proxy/proxy_inside.h"

int proxy_fail(char error[PROXY_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, PROXY_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

/* ── Building it ── */

static int init_lanes(struct proxy *p)
{
	p->lanes = calloc(p->n_lanes, sizeof(*p->lanes));
	p->adopters = calloc(p->n_lanes, sizeof(struct adopter *));
	if (p->lanes == NULL || p->adopters == NULL)
		return -ENOMEM;
	for (; p->n_init < p->n_lanes; p->n_init++) {
		struct lane *l = &p->lanes[p->n_init];
		int r = lane_init(l, &p->shared);

		if (r < 0) {
			lane_done(l);
			return r;
		}
		p->adopters[p->n_init] = &l->adopter;
	}
	return 0;
}

static int run_lane(void *context, uint32_t i)
{
	struct proxy *p = context;

	if (i == 0) {
		checks_begin(&p->lanes[0]);
		names_begin(&p->lanes[0]);
	}
	return lane_run(&p->lanes[i]);
}

static void wake(void *context)
{
	struct proxy *p = context;

	for (uint32_t i = 0; i < p->n_init; i++)
		loop_wake(&p->lanes[i].loop);
}

static void cut(void *context)
{
	proxy_stop(context, PROXY_NOW);
}

static int init_parts(struct proxy *p, const struct proxy_opts *opts)
{
	const struct crew_work work = { run_lane, cut, p };
	int r = crew_init(&p->crew, p->n_lanes, &work);

	if (r == 0)
		r = limits_new(&p->shared.limits);
	if (r == 0)
		r = targets_init(&p->shared.targets, opts);
	p->shared.targets.changed = wake;
	p->shared.targets.context = p;
	return r < 0 ? r : init_lanes(p);
}

static int open_log(struct proxy *p, const struct proxy_opts *o,
		    char error[PROXY_ERROR_SIZE])
{
	int r = log_open(&p->shared.log, o->log_file,
			 o->log_fd != 0 ? o->log_fd : STDERR_FILENO,
			 o->log == PROXY_LOG_JSON);

	return r < 0 ? proxy_fail(error, r, "%s: %s", o->log_file, strerror(-r))
		     : 0;
}

static int build(struct proxy *p, const struct proxy_opts *opts,
		 char error[PROXY_ERROR_SIZE])
{
	int r = open_log(p, opts, error);

	if (r < 0)
		return r;
	p->n_lanes = opts->threads != 0 ? opts->threads : crew_size();
	p->n_lanes = MIN(p->n_lanes, (uint32_t)LISTEN_THREADS_MAX);
	r = init_parts(p, opts);
	if (r < 0)
		return proxy_fail(error, r, "cannot start: %s", strerror(-r));
	return proxy_reload(p, opts, error);
}

int proxy_new(struct proxy **ret, const struct proxy_opts *opts,
	      char ret_error[PROXY_ERROR_SIZE])
{
	struct proxy *p = calloc(1, sizeof(*p));
	int r;

	ret_error[0] = '\0';
	if (p == NULL)
		return proxy_fail(ret_error, -ENOMEM, "out of memory");
	r = build(p, opts, ret_error);
	if (r < 0) {
		(void)proxy_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

struct proxy *proxy_free(struct proxy *p)
{
	if (p == NULL)
		return NULL;
	listen_unlink(&p->listening, NULL);
	for (uint32_t i = 0; i < p->n_init; i++)
		lane_done(&p->lanes[i]);
	listen_done(&p->listening);
	log_close(&p->shared.log);
	crew_done(&p->crew);
	(void)limits_free(p->shared.limits);
	targets_done(&p->shared.targets);
	free(p->adopters);
	free(p->lanes);
	free(p);
	return NULL;
}

/* ── Running it ── */

int proxy_start(struct proxy *p)
{
	return crew_start(&p->crew, 0);
}

int proxy_over_fd(const struct proxy *p)
{
	return p->crew.over_fd;
}

int proxy_join(struct proxy *p)
{
	return crew_join(&p->crew);
}

void proxy_stop(struct proxy *p, enum proxy_how how)
{
	int none = 0;

	if (how == PROXY_NOW)
		atomic_store(&p->shared.stop, PROXY_NOW);
	else
		(void)atomic_compare_exchange_strong(&p->shared.stop, &none,
						     (int)how);
	wake(p);
}

/* ── Questions ── */

uint32_t proxy_n_addresses(const struct proxy *p)
{
	return p->listening.n;
}

const struct addr *proxy_address(const struct proxy *p, uint32_t i)
{
	return &p->listening.at[i].bound;
}

uint32_t proxy_threads(const struct proxy *p)
{
	return p->n_lanes;
}
