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
#include "http/probe.h"
#include "net/budget.h"
#include "proxy/proxy_inside.h"
#include "proxy/route.h"
#include "proxy/view.h"

/* Descriptors that are kept back for pipes; without one, bytes are copied. */
enum { PIPE_FDS = 1024 };

__attribute__((format(printf, 3, 4))) static int fail(
	char error[PROXY_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, PROXY_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

static int fail_address(char error[PROXY_ERROR_SIZE], int r,
			const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	return fail(error, r, "%s: %s", text, strerror(-r));
}

/* ── Building it ── */

/* Two for each conversation, after what the threads and some pipes need. */
static void count_connections(struct proxy *p)
{
	const struct proxy_opts *o = &p->shared.opts;
	const struct budget budget = {
		.own = 8 + (o->n_metrics > 0 ? PROBE_FDS : 0),
		.threads = p->n_lanes,
		.per_thread = 5 + o->n_listen + o->n_inherited,
		.per_connection = 2,
		.kept_part = 16,
		.kept_max = PIPE_FDS,
	};

	p->shared.connections_max = budget_connections(&budget);
}

static int init_lanes(struct proxy *p)
{
	p->lanes = calloc(p->n_lanes, sizeof(*p->lanes));
	if (p->lanes == NULL)
		return -ENOMEM;
	for (; p->n_init < p->n_lanes; p->n_init++) {
		int r = lane_init(&p->lanes[p->n_init], &p->shared);

		if (r < 0) {
			lane_done(&p->lanes[p->n_init]);
			return r;
		}
	}
	return 0;
}

static void set_limits(struct proxy *p)
{
	const struct limits_opts set = {
		.connections = p->shared.opts.max_connections,
		.client_connections = p->shared.opts.client_connections,
	};

	limits_set(p->shared.limits, &set);
}

static int run_lane(void *context, uint32_t i)
{
	struct proxy *p = context;

	if (i == 0)
		checks_begin(&p->lanes[0]);
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

static int init_parts(struct proxy *p)
{
	const struct crew_work work = { run_lane, cut, p };
	const struct proxy_opts *o = &p->shared.opts;
	int r = crew_init(&p->crew, p->n_lanes, &work);

	if (r == 0)
		r = limits_new(&p->shared.limits);
	if (r == 0)
		r = targets_init(&p->shared.targets, o);
	if (r == 0)
		r = init_lanes(p);
	p->shared.targets.changed = wake;
	p->shared.targets.context = p;
	if (r == 0)
		set_limits(p);
	return r;
}

static int open_log(struct proxy *p, char error[PROXY_ERROR_SIZE])
{
	const struct proxy_opts *o = &p->shared.opts;
	int r = log_open(&p->shared.log, o->log_file, o->log_fd,
			 o->log == PROXY_LOG_JSON);

	return r < 0 ? fail(error, r, "%s: %s", o->log_file, strerror(-r)) : 0;
}

/* One that cannot be watched is closed, so that nobody queues there. */
static int hand_to(struct door *d, const struct newcomer row[], uint32_t n)
{
	int result = 0;

	for (uint32_t i = 0; i < n; i++) {
		int r = door_add(d, row[i].id, row[i].fd);

		if (r < 0) {
			(void)close(row[i].fd);
			result = r;
		}
	}
	return result;
}

static int hand_out(struct proxy *p)
{
	int result = 0;

	for (uint32_t i = 0; i < p->n_lanes; i++) {
		int r = hand_to(&p->lanes[i].door,
				listen_newcomers(&p->listening, i),
				p->listening.n_new);

		result = r < 0 ? r : result;
	}
	listen_handed(&p->listening);
	return result;
}

static int open_addresses(struct proxy *p, char error[PROXY_ERROR_SIZE])
{
	const struct proxy_opts *o = &p->shared.opts;
	const struct listen_wish wish = { o->inherited, o->n_inherited,
					  o->listen, o->n_listen };
	const struct listen_set none = { .n = 0 };
	uint32_t i;
	int r;

	if (o->n_listen + o->n_inherited == 0)
		return fail(error, -EINVAL, "there is no address to listen on");
	r = listen_open(&p->listening, &none, &wish, p->n_lanes);
	i = p->listening.n;
	if (r < 0 && i < o->n_inherited)
		return fail(error, r, "a socket that was inherited: %s",
			    strerror(-r));
	if (r < 0 && i < p->listening.room)
		return fail_address(error, r, &o->listen[i - o->n_inherited]);
	return r < 0 ? r : hand_out(p);
}

static int build(struct proxy *p, const struct proxy_opts *opts,
		 char error[PROXY_ERROR_SIZE])
{
	int r;

	p->shared.opts = proxy_opts_filled(opts);
	r = proxy_opts_keep(p);
	if (r < 0)
		return fail(error, r, "out of memory");
	p->n_lanes = p->shared.opts.threads;
	if (opts->n_to + opts->n_names == 0 ||
	    opts->n_to > BALANCE_TARGETS_MAX ||
	    opts->n_names > BALANCE_TARGETS_MAX)
		return fail(error, -EINVAL, "targets: 1 to %d",
			    BALANCE_TARGETS_MAX);
	r = open_log(p, error);
	if (r < 0)
		return r;
	count_connections(p);
	r = init_parts(p);
	if (r == 0)
		r = open_addresses(p, error);
	if (r < 0)
		return error[0] != '\0' ? r
					: fail(error, r, "cannot start: %s",
					       strerror(-r));
	r = view_open(p);
	return r < 0 ? fail_address(error, r, opts->metrics) : 0;
}

/* What was the caller's is not looked at any more. */
static void forget(struct proxy_opts *o)
{
	o->listen = o->metrics = NULL;
	o->to = NULL;
	o->names = NULL;
	o->log_file = NULL;
}

int proxy_new(struct proxy **ret, const struct proxy_opts *opts,
	      char ret_error[PROXY_ERROR_SIZE])
{
	struct proxy *p = calloc(1, sizeof(*p));
	int r;

	ret_error[0] = '\0';
	if (p == NULL)
		return fail(ret_error, -ENOMEM, "out of memory");
	r = build(p, opts, ret_error);
	forget(&p->shared.opts);
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
	p->probe = probe_free(p->probe);
	listen_unlink(&p->listening, NULL);
	for (uint32_t i = 0; i < p->n_init; i++)
		lane_done(&p->lanes[i]);
	listen_done(&p->listening);
	log_close(&p->shared.log);
	crew_done(&p->crew);
	(void)limits_free(p->shared.limits);
	targets_done(&p->shared.targets);
	for (size_t i = 0; i < ARRAY_SIZE(p->networks); i++)
		free(p->networks[i]);
	free(p->lanes);
	free(p);
	return NULL;
}

/* ── Running it ── */

int proxy_start(struct proxy *p)
{
	return crew_start(&p->crew,
			  p->probe != NULL ? probe_start(p->probe) : 0);
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
