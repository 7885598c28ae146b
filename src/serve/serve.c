/* SPDX-License-Identifier: MIT */
/*
 * The server as a whole: sites, addresses, and how both change.
 *
 *      options ──► sites ─────┐
 *         └──► addresses ──► change ──► a copy for each worker ──► adopted
 */
#include "serve/serve.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/base.h"
#include "net/addr.h"
#include "net/sock.h"
#include "serve/admit.h"
#include "serve/listen.h"
#include "serve/serve_inside.h"

/* ── Options ── */

static uint32_t or_default(uint32_t value, uint32_t standard)
{
	return value != 0 ? value : standard;
}

static uint32_t count_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return MAX((uint32_t)CPU_COUNT(&set), 1U);
}

static struct serve_opts filled(const struct serve_opts *opts)
{
	struct serve_opts o = { 0 };

	if (opts != NULL)
		o = *opts;
	o.threads = MIN(or_default(o.threads, count_cpus()),
			(uint32_t)SERVE_THREADS_MAX);
	o.header_timeout_ms = or_default(o.header_timeout_ms, 10 * 1000);
	o.idle_timeout_ms = or_default(o.idle_timeout_ms, 60 * 1000);
	o.body_timeout_ms = or_default(o.body_timeout_ms, 60 * 1000);
	o.linger_timeout_ms = or_default(o.linger_timeout_ms, 5 * 1000);
	o.grace_ms = or_default(o.grace_ms, 30 * 1000);
	o.log_fd = o.log_fd ? o.log_fd : STDERR_FILENO;
	return o;
}

__attribute__((format(printf, 3, 4))) static int fail(
	char error[SERVE_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, SERVE_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

/* ── What it serves, and where ── */

/* All that the options ask for, opened; none of it is in use yet. */
struct serve_next {
	struct serve_opts opts; /* defaults filled in */
	struct sites *sites;
	struct listen_set listening;
};

static void next_done(struct serve_next *next)
{
	next->sites = sites_drop(next->sites);
	listen_done(&next->listening);
}

static int fail_address(char error[SERVE_ERROR_SIZE], int r,
			const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	return fail(error, r, "%s: %s", text, strerror(-r));
}

static int open_addresses(const struct serve *s, struct serve_next *next,
			  char error[SERVE_ERROR_SIZE])
{
	const struct addr *wanted = next->opts.listen;
	uint32_t n = next->opts.n_listen;
	struct addr standard[2];
	const char *why = "no addresses";
	int r;

	if (n == 0) {
		r = addr_parse("127.0.0.1:8080", standard, &why);
		if (r < 0)
			return fail(error, r, "%s", why);
		wanted = standard;
		n = (uint32_t)r;
	}
	r = listen_open(&next->listening, &s->listening, wanted, n,
			s->n_threads);
	if (r < 0 && next->listening.n < n)
		return fail_address(error, r, &wanted[next->listening.n]);
	return r;
}

static int next_open(const struct serve *s, struct serve_next *next,
		     const struct serve_opts *opts,
		     char error[SERVE_ERROR_SIZE])
{
	int r;

	*next = (struct serve_next){ .opts = filled(opts) };
	r = sites_new(&next->sites, next->opts.sites, next->opts.n_sites,
		      next->opts.only_hosts, error);
	if (r == 0)
		r = open_addresses(s, next, error);
	if (r < 0)
		next_done(next);
	return r;
}

static void fill_changes(const struct serve *s, const struct serve_next *next,
			 struct change changes[], sem_t *adopted)
{
	for (uint32_t i = 0; i < s->n_threads; i++)
		changes[i] = (struct change){
			.sites = next->sites,
			.opts = &next->opts,
			.keep = next->listening.ids,
			.n_keep = next->listening.n,
			.newcomers = listen_newcomers(&next->listening, i),
			.n_newcomers = next->listening.n_new,
			.adopted = adopted,
		};
}

/* Workers that run do it themselves, and are waited for. */
static int adopt_all(struct serve *s, struct change changes[], sem_t *adopted)
{
	int r = 0;

	for (uint32_t i = 0; i < s->n_threads; i++) {
		if (s->started)
			adopt_offer(&s->threads[i].worker, &changes[i]);
		else
			adopt(&s->threads[i].worker, &changes[i]);
	}
	for (uint32_t i = 0; s->started && i < s->n_threads; i++)
		while (sem_wait(adopted) < 0)
			continue;
	for (uint32_t i = 0; i < s->n_threads; i++)
		r = r < 0 ? r : changes[i].result;
	return r;
}

/* From here on it is served. */
static int apply(struct serve *s, struct serve_next *next)
{
	struct change *changes = calloc(s->n_threads, sizeof(*changes));
	sem_t adopted;
	int r;

	if (changes == NULL)
		return -ENOMEM;
	(void)sem_init(&adopted, 0, 0);
	fill_changes(s, next, changes, &adopted);
	admit_set(s->shared.limits, &next->opts);
	listen_unlink(&s->listening, &next->listening);
	r = adopt_all(s, changes, &adopted);
	(void)sem_destroy(&adopted);
	free(changes);
	listen_handed(&next->listening);
	listen_done(&s->listening);
	s->listening = next->listening;
	next->listening = (struct listen_set){ 0 };
	return r;
}

/* ── Building it ── */

/*
 * Connections and the files that they send share the descriptors. What the
 * threads need for themselves comes off first; of the rest a quarter, or as
 * many as anybody will need, is kept back for files.
 */
static void count_connections(struct serve *s)
{
	const uint64_t each = 4 + MAX((uint64_t)s->shared.opts.n_listen,
				      UINT64_C(1));
	uint64_t limit = sock_raise_fd_limit();
	uint64_t own = 8 + each * s->n_threads;
	uint64_t left = limit > own ? limit - own : 0;
	uint64_t reserve = MIN(MAX(left / 4, UINT64_C(1)), UINT64_C(4096));

	s->shared.connections_max = left > reserve ? left - reserve : 1;
}

static int init_workers(struct serve *s)
{
	s->threads = calloc(s->n_threads, sizeof(*s->threads));
	if (s->threads == NULL)
		return -ENOMEM;
	for (; s->n_init < s->n_threads; s->n_init++) {
		struct thread *t = &s->threads[s->n_init];
		int r;

		t->serve = s;
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
		return fail(error, r, "%s: %s", o->log_file, strerror(-r));
	o->log_file = NULL; /* it was the caller's */
	return 0;
}

static int build(struct serve *s, const struct serve_opts *opts,
		 char error[SERVE_ERROR_SIZE])
{
	struct serve_next next;
	int r;

	s->shared.opts = filled(opts);
	r = open_log(s, error);
	if (r < 0)
		return r;
	s->n_threads = s->shared.opts.threads;
	count_connections(s);
	s->over_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = s->over_fd < 0 ? -errno : limits_new(&s->shared.limits);
	if (r == 0)
		r = init_workers(s);
	if (r < 0)
		return fail(error, r, "cannot start: %s", strerror(-r));
	r = next_open(s, &next, opts, error);
	if (r < 0)
		return r;
	r = apply(s, &next);
	next_done(&next);
	return r < 0 ? fail(error, r, "cannot start: %s", strerror(-r)) : 0;
}

int serve_new(struct serve **ret, const struct serve_opts *opts,
	      char ret_error[SERVE_ERROR_SIZE])
{
	struct serve *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return fail(ret_error, -ENOMEM, "out of memory");
	s->over_fd = -1;
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
	listen_unlink(&s->listening, NULL);
	for (uint32_t i = 0; i < s->n_init; i++)
		worker_done(&s->threads[i].worker);
	listen_done(&s->listening);
	log_close(&s->shared.log);
	if (s->over_fd >= 0)
		(void)close(s->over_fd);
	(void)limits_free(s->shared.limits);
	free(s->threads);
	free(s);
	return NULL;
}

/* ── Changing it ── */

int serve_prepare(const struct serve *s, const struct serve_opts *opts,
		  struct serve_next **ret, char ret_error[SERVE_ERROR_SIZE])
{
	struct serve_next *next = malloc(sizeof(*next));
	int r;

	if (next == NULL)
		return fail(ret_error, -ENOMEM, "out of memory");
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
	struct serve_next *next;
	int r = serve_prepare(s, opts, &next, ret_error);

	if (r < 0)
		return r;
	r = serve_commit(s, next);
	if (r < 0)
		return fail(ret_error, r, "not every thread could change: %s",
			    strerror(-r));
	return 0;
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

void serve_reopen(struct serve *s)
{
	(void)log_reopen(&s->shared.log);
}

int serve_over_fd(const struct serve *s)
{
	return s->over_fd;
}
