/* SPDX-License-Identifier: MIT */
/*
 * What a proxy goes by and where it listens, at its start and whenever that
 * changes.
 *
 *      options ──► rules ──────┐
 *         └──► addresses ──► each thread, at the end of its turn ──► adopted
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "net/budget.h"
#include "net/sock.h"
#include "proxy/proxy_inside.h"
#include "proxy/rules.h"

/* Descriptors that are kept back for pipes; without one, bytes are copied. */
enum { PIPE_FDS = 1024 };

/* ── Opening it ── */

/* All that the options ask for, opened; none of it is in use yet. */
struct proxy_next {
	const struct proxy_opts *opts; /* the caller's */
	struct rules *rules;
	struct listen_set listening;
	struct log_next log;
};

int proxy_fail_address(char error[PROXY_ERROR_SIZE], int r,
		       const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	return proxy_fail(error, r, "%s: %s", text, strerror(-r));
}

static int open_addresses(const struct proxy *p, struct proxy_next *next,
			  const struct proxy_opts *o,
			  char error[PROXY_ERROR_SIZE])
{
	const struct listen_wish wish = { o->inherited, o->n_inherited,
					  o->listen, o->n_listen };
	uint32_t i;
	int r;

	if (o->n_listen + o->n_inherited == 0)
		return proxy_fail(error, -EINVAL,
				  "there is no address to listen on");
	r = listen_open(&next->listening, &p->listening, &wish, p->n_lanes);
	i = next->listening.n;
	if (r < 0 && i < o->n_inherited)
		return proxy_fail(error, r, "a socket that was inherited: %s",
				  strerror(-r));
	if (r < 0 && i < next->listening.room)
		return proxy_fail_address(error, r,
					  &o->listen[i - o->n_inherited]);
	return r < 0 ? proxy_fail(error, r, "%s", strerror(-r)) : 0;
}

static int open_log(const struct proxy *p, struct proxy_next *next,
		    char error[PROXY_ERROR_SIZE])
{
	const struct proxy_opts *o = next->opts;
	int r = log_prepare(&next->log, &p->shared.log, o->log_file,
			    o->log == PROXY_LOG_JSON);

	return r < 0 ? proxy_fail(error, r, "%s: %s",
				  o->log_file ? o->log_file : "the log",
				  strerror(-r))
		     : 0;
}

static bool has_good_size(const struct proxy_opts *o)
{
	return o->n_to + o->n_names > 0 && o->n_to <= BALANCE_TARGETS_MAX &&
	       o->n_names <= BALANCE_TARGETS_MAX;
}

int proxy_prepare(const struct proxy *p, const struct proxy_opts *opts,
		  struct proxy_next **ret, char ret_error[PROXY_ERROR_SIZE])
{
	struct proxy_next *next;
	int r;

	if (!has_good_size(opts))
		return proxy_fail(ret_error, -EINVAL, "targets: 1 to %d",
				  BALANCE_TARGETS_MAX);
	if (opts->n_resolvers > RESOLVER_SERVERS_MAX)
		return proxy_fail(ret_error, -EINVAL, "resolvers: at most %d",
				  RESOLVER_SERVERS_MAX);
	r = opts->transparent ? sock_may_dial_as() : 0;
	if (r < 0)
		return proxy_fail(ret_error, r,
				  "the addresses of clients cannot be used for "
				  "targets: %s (this needs CAP_NET_ADMIN)",
				  strerror(-r));
	next = calloc(1, sizeof(*next));
	r = next == NULL ? -ENOMEM : rules_new(&next->rules, opts);
	if (r < 0) {
		free(next);
		return proxy_fail(ret_error, r, "out of memory");
	}
	next->opts = opts;
	next->log.fd = -1;
	r = open_addresses(p, next, opts, ret_error);
	if (r == 0)
		r = open_log(p, next, ret_error);
	if (r < 0) {
		proxy_discard(next);
		return r;
	}
	*ret = next;
	return 0;
}

void proxy_discard(struct proxy_next *next)
{
	if (next == NULL)
		return;
	(void)rules_drop(next->rules);
	listen_done(&next->listening);
	log_discard(&next->log);
	free(next);
}

/* ── Going by it ── */

/* Two for each conversation, after what the threads and some pipes need. */
static void count_connections(struct proxy *p, const struct proxy_opts *o)
{
	const struct budget budget = {
		.own = 8 + o->spare_fds,
		.threads = p->n_lanes,
		.per_thread = 5 + o->n_listen + o->n_inherited,
		.per_connection = 2,
		.kept_part = 16,
		.kept_max = PIPE_FDS,
	};

	atomic_store(&p->shared.connections_max, budget_connections(&budget));
}

static void set_limits(struct proxy *p, const struct proxy_opts *o)
{
	const struct limits_opts set = {
		.connections = o->max_connections,
		.client_connections = o->client_connections,
		.rate = o->rate,
		.client_rate = o->client_rate,
	};

	limits_set(p->shared.limits, &set);
	count_connections(p, o);
}

static int set_rules(struct proxy *p, struct proxy_next *next)
{
	return adopt_by_all(p->adopters, p->n_lanes, p->crew.started,
			    &next->rules, &next->listening);
}

/*
 * Where all clients are to name somebody, they are asked before there is nobody
 * else to go to; otherwise there is somebody before they are not asked.
 */
int proxy_commit(struct proxy *p, struct proxy_next *next)
{
	bool all_name = next->opts->n_to == 0;
	int r, e;

	log_commit(&p->shared.log, &next->log);
	set_limits(p, next->opts);
	listen_unlink(&p->listening, &next->listening);
	r = all_name ? 0 : targets_set(&p->shared.targets, next->opts);
	e = set_rules(p, next);
	if (all_name)
		r = targets_set(&p->shared.targets, next->opts);
	listen_done(&p->listening);
	p->listening = next->listening;
	next->listening = (struct listen_set){ 0 };
	proxy_discard(next);
	return r < 0 ? r : e;
}

int proxy_reload(struct proxy *p, const struct proxy_opts *opts,
		 char ret_error[PROXY_ERROR_SIZE])
{
	struct proxy_next *next = NULL;
	int r = proxy_prepare(p, opts, &next, ret_error);

	if (r < 0)
		return r;
	assert(next != NULL);
	r = proxy_commit(p, next);
	return r < 0 ? proxy_fail(ret_error, r,
				  "not every thread could change: %s",
				  strerror(-r))
		     : 0;
}
