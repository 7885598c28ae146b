/* SPDX-License-Identifier: MIT */
/*
 * The server as a whole: root, addresses, threads.
 *
 *      addresses × threads ──► listeners ──► workers ──► joined again
 */
#include "serve/serve.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "http/mime.h"
#include "net/addr.h"
#include "net/sock.h"
#include "serve/accept.h"
#include "serve/find.h"
#include "serve/worker.h"

struct thread {
	struct serve *serve;
	struct worker worker;
	pthread_t id;
	int result;
};

struct serve {
	struct shared shared;
	struct addr *addresses;
	uint32_t n_addresses, n_threads;
	uint32_t n_listening; /* addresses that are ours now */
	uint32_t n_init;      /* threads whose worker wants worker_done() */
	struct thread *threads;
	struct mime *mime;
};

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

static void fill_defaults(struct serve_opts *o)
{
	o->root = o->root ? o->root : ".";
	o->index = o->index ? o->index : "index.html";
	o->threads = MIN(or_default(o->threads, count_cpus()),
			 (uint32_t)SERVE_THREADS_MAX);
	o->header_timeout_ms = or_default(o->header_timeout_ms, 10 * 1000);
	o->idle_timeout_ms = or_default(o->idle_timeout_ms, 60 * 1000);
	o->body_timeout_ms = or_default(o->body_timeout_ms, 60 * 1000);
	o->linger_timeout_ms = or_default(o->linger_timeout_ms, 5 * 1000);
	o->grace_ms = or_default(o->grace_ms, 30 * 1000);
	o->log_fd = o->log_fd ? o->log_fd : STDERR_FILENO;
}

/* ── Building it ── */

__attribute__((format(printf, 3, 4))) static int fail(
	char error[SERVE_ERROR_SIZE], int r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, SERVE_ERROR_SIZE, format, args);
	va_end(args);
	return r;
}

static int open_root(struct serve *s, char error[SERVE_ERROR_SIZE])
{
	const char *path = s->shared.opts.root;
	int fd = find_root(path);

	if (fd == -ENOSYS)
		return fail(
			error, fd,
			"openat2() is missing: Linux 5.6 or later is needed");
	if (fd < 0)
		return fail(error, fd, "%s: %s", path, strerror(-fd));
	s->shared.policy.root.fd = fd;
	s->shared.policy.root.links = s->shared.opts.links;
	return 0;
}

/*
 * Connections and the files that they send share the descriptors. What the
 * threads need for themselves comes off first; of the rest a quarter, or as
 * many as anybody will need, is kept back for files.
 */
static void count_connections(struct serve *s)
{
	const uint64_t each = 3 + (uint64_t)s->n_addresses;
	uint64_t limit = sock_raise_fd_limit();
	uint64_t own = 8 + each * s->n_threads;
	uint64_t left = limit > own ? limit - own : 0;
	uint64_t reserve = MIN(MAX(left / 4, UINT64_C(1)), UINT64_C(4096));

	s->shared.connections_max = left > reserve ? left - reserve : 1;
}

static int init_workers(struct serve *s, uint32_t listeners_max)
{
	for (; s->n_init < s->n_threads; s->n_init++) {
		struct thread *t = &s->threads[s->n_init];
		int r;

		t->serve = s;
		r = worker_init(&t->worker, &s->shared, listeners_max);
		if (r < 0) {
			worker_done(&t->worker);
			return r;
		}
	}
	return 0;
}

/* One address for all threads. */
static int listen_on(struct serve *s, struct addr *a)
{
	int fds[SERVE_THREADS_MAX];
	int r = sock_listen(a, fds, s->n_threads);
	uint32_t i = 0;

	if (r < 0)
		return r;
	for (; i < s->n_threads && r >= 0; i++)
		r = accept_add(&s->threads[i].worker, fds[i]);
	if (r >= 0)
		return 0;
	for (i--; i < s->n_threads; i++)
		(void)close(fds[i]);
	return r;
}

static int listen_all(struct serve *s, char error[SERVE_ERROR_SIZE])
{
	char text[ADDR_TEXT_SIZE];

	for (uint32_t i = 0; i < s->n_addresses; i++) {
		int r = listen_on(s, &s->addresses[i]);

		if (r < 0) {
			addr_text(&s->addresses[i], text);
			return fail(error, r, "%s: %s", text, strerror(-r));
		}
		s->n_listening++;
	}
	return 0;
}

static int copy_addresses(struct serve *s, const struct serve_opts *o)
{
	uint32_t n = MAX(o->n_listen, 1U);
	const char *why;
	struct addr standard[2];

	s->addresses = calloc(n, sizeof(*s->addresses));
	if (s->addresses == NULL)
		return -ENOMEM;
	s->n_addresses = n;
	if (o->n_listen > 0) {
		memcpy(s->addresses, o->listen, n * sizeof(*s->addresses));
		return 0;
	}
	n = (uint32_t)addr_parse("127.0.0.1:8080", standard, &why);
	s->addresses[0] = standard[0];
	return n == 1 ? 0 : -EINVAL;
}

static int allocate(struct serve *s)
{
	struct policy *p = &s->shared.policy;
	int r = mime_new(&s->mime, NULL);

	if (r < 0)
		return r;
	p->hidden = s->shared.opts.hidden;
	p->index = s->shared.opts.index;
	p->mime = s->mime;
	s->n_threads = s->shared.opts.threads;
	s->threads = calloc(s->n_threads, sizeof(*s->threads));
	if (s->threads == NULL)
		return -ENOMEM;
	r = copy_addresses(s, &s->shared.opts);
	s->shared.opts.listen = NULL;
	return r;
}

static int build(struct serve *s, char error[SERVE_ERROR_SIZE])
{
	int r = open_root(s, error);

	if (r < 0)
		return r;
	r = allocate(s);
	count_connections(s);
	if (r >= 0)
		r = init_workers(s, s->n_addresses);
	if (r < 0)
		return fail(error, r, "cannot start: %s", strerror(-r));
	return listen_all(s, error);
}

int serve_new(struct serve **ret, const struct serve_opts *opts,
	      char ret_error[SERVE_ERROR_SIZE])
{
	struct serve *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return fail(ret_error, -ENOMEM, "out of memory");
	s->shared.policy.root.fd = -1;
	if (opts != NULL)
		s->shared.opts = *opts;
	fill_defaults(&s->shared.opts);
	r = build(s, ret_error);
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
	for (uint32_t i = 0; i < s->n_listening; i++)
		sock_unlink(&s->addresses[i]);
	for (uint32_t i = 0; i < s->n_init; i++)
		worker_done(&s->threads[i].worker);
	if (s->shared.policy.root.fd >= 0)
		(void)close(s->shared.policy.root.fd);
	(void)mime_free(s->mime);
	free(s->threads);
	free(s->addresses);
	free(s);
	return NULL;
}

/* ── Questions ── */

uint32_t serve_n_addresses(const struct serve *s)
{
	return s->n_addresses;
}

const struct addr *serve_address(const struct serve *s, uint32_t i)
{
	return &s->addresses[i];
}

uint32_t serve_threads(const struct serve *s)
{
	return s->n_threads;
}

/* ── Running and stopping ── */

void serve_stop(struct serve *s, enum serve_how how)
{
	int none = 0;

	if (how == SERVE_NOW)
		atomic_store(&s->shared.stop, SERVE_NOW);
	else
		(void)atomic_compare_exchange_strong(&s->shared.stop, &none,
						     (int)how);
	for (uint32_t i = 0; i < s->n_threads; i++)
		loop_wake(&s->threads[i].worker.loop);
}

/* One that fails takes the others along, rather than leave a part serving. */
static void *thread_main(void *context)
{
	struct thread *t = context;

	t->result = worker_run(&t->worker);
	if (t->result < 0)
		serve_stop(t->serve, SERVE_NOW);
	return NULL;
}

/* How many of the other threads run; fewer than there are: *ret_error. */
static uint32_t start_others(struct serve *s, int *ret_error)
{
	sigset_t all, before;
	uint32_t i = 1;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	for (; i < s->n_threads; i++) {
		int r = pthread_create(&s->threads[i].id, NULL, thread_main,
				       &s->threads[i]);

		if (r != 0) {
			*ret_error = -r;
			break;
		}
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return i;
}

int serve_run(struct serve *s)
{
	int r = 0;
	uint32_t running;

	(void)signal(SIGPIPE, SIG_IGN);
	running = start_others(s, &r);
	if (r < 0)
		serve_stop(s, SERVE_NOW);
	(void)thread_main(&s->threads[0]);
	for (uint32_t i = 1; i < running; i++)
		(void)pthread_join(s->threads[i].id, NULL);
	for (uint32_t i = 0; i < running && r == 0; i++)
		r = s->threads[i].result;
	return r < 0 ? r : 0;
}
