/* SPDX-License-Identifier: MIT */
/* Two kinds, a table of functions each: see service.h. */
#include "cli/service.h"

#include <stddef.h>

#include "base/base.h"
#include "cli/where.h"
#include "proxy/proxy.h"
#include "serve/serve.h"

struct service_kind {
	const char *word;
	int (*new)(void **ret, const void *opts, char *error);
	void (*free)(void *it);
	void (*start)(void *it);
	int (*over_fd)(void *it);
	void (*stop)(void *it, bool at_once);
	int (*join)(void *it);
	int (*prepare)(void *it, const void *opts, void **ret, char *error);
	int (*commit)(void *it, void *next);
	void (*discard)(void *next);
	void (*say)(void *it, const char *name, const void *opts);
	void (*numbers)(void *it, struct text *page);
	const char *(*unready)(void *it);
	uint32_t (*threads)(void *it);
	void (*reopen)(void *it);
	void (*dump)(void *it);
};

/* ── Servers ── */

static int new_serve(void **ret, const void *opts, char *error)
{
	struct serve *it = NULL;
	int r = serve_new(&it, opts, error);

	*ret = it;
	return r;
}

static void free_serve(void *it)
{
	(void)serve_free(it);
}

static void start_serve(void *it)
{
	(void)serve_start(it);
}

static int over_fd_of_serve(void *it)
{
	return serve_over_fd(it);
}

static void stop_serve(void *it, bool at_once)
{
	serve_stop(it, at_once ? SERVE_NOW : SERVE_DRAIN);
}

static int join_serve(void *it)
{
	return serve_join(it);
}

static int prepare_serve(void *it, const void *opts, void **ret, char *error)
{
	struct serve_next *next = NULL;
	int r = serve_prepare(it, opts, &next, error);

	*ret = next;
	return r;
}

static int commit_serve(void *it, void *next)
{
	return serve_commit(it, next);
}

static void discard_serve(void *next)
{
	serve_discard(next);
}

static void say_serve(void *it, const char *name, const void *opts)
{
	where_say(name, it, opts);
}

static void numbers_of_serve(void *it, struct text *page)
{
	serve_numbers(it, page);
}

static const char *unready_serve(void *it)
{
	return serve_unready(it);
}

static uint32_t threads_of_serve(void *it)
{
	return serve_threads(it);
}

static void reopen_serve(void *it)
{
	serve_reopen(it);
}

static void dump_serve(void *it)
{
	serve_dump(it);
}

const struct service_kind service_serve = {
	.word = "server",
	.new = new_serve,
	.free = free_serve,
	.start = start_serve,
	.over_fd = over_fd_of_serve,
	.stop = stop_serve,
	.join = join_serve,
	.prepare = prepare_serve,
	.commit = commit_serve,
	.discard = discard_serve,
	.say = say_serve,
	.numbers = numbers_of_serve,
	.unready = unready_serve,
	.threads = threads_of_serve,
	.reopen = reopen_serve,
	.dump = dump_serve,
};

/* ── Proxies ── */

static int new_proxy(void **ret, const void *opts, char *error)
{
	struct proxy *it = NULL;
	int r = proxy_new(&it, opts, error);

	*ret = it;
	return r;
}

static void free_proxy(void *it)
{
	(void)proxy_free(it);
}

static void start_proxy(void *it)
{
	(void)proxy_start(it);
}

static int over_fd_of_proxy(void *it)
{
	return proxy_over_fd(it);
}

static void stop_proxy(void *it, bool at_once)
{
	proxy_stop(it, at_once ? PROXY_NOW : PROXY_DRAIN);
}

static int join_proxy(void *it)
{
	return proxy_join(it);
}

static int prepare_proxy(void *it, const void *opts, void **ret, char *error)
{
	struct proxy_next *next = NULL;
	int r = proxy_prepare(it, opts, &next, error);

	*ret = next;
	return r;
}

static int commit_proxy(void *it, void *next)
{
	return proxy_commit(it, next);
}

static void discard_proxy(void *next)
{
	proxy_discard(next);
}

static void say_proxy(void *it, const char *name, const void *opts)
{
	where_say_proxy(name, it, opts);
}

static void numbers_of_proxy(void *it, struct text *page)
{
	proxy_numbers(it, page);
}

static const char *unready_proxy(void *it)
{
	return proxy_unready(it);
}

static uint32_t threads_of_proxy(void *it)
{
	return proxy_threads(it);
}

static void reopen_proxy(void *it)
{
	proxy_reopen(it);
}

static void dump_proxy(void *it)
{
	proxy_dump(it);
}

const struct service_kind service_proxy = {
	.word = "proxy",
	.new = new_proxy,
	.free = free_proxy,
	.start = start_proxy,
	.over_fd = over_fd_of_proxy,
	.stop = stop_proxy,
	.join = join_proxy,
	.prepare = prepare_proxy,
	.commit = commit_proxy,
	.discard = discard_proxy,
	.say = say_proxy,
	.numbers = numbers_of_proxy,
	.unready = unready_proxy,
	.threads = threads_of_proxy,
	.reopen = reopen_proxy,
	.dump = dump_proxy,
};

/* ── Both ── */

int service_new(struct service *ret, const struct service_kind *kind,
		const void *opts, char ret_error[SERVICE_ERROR_SIZE])
{
	void *it = NULL;
	int r;

	ret_error[0] = '\0';
	r = kind->new (&it, opts, ret_error);
	if (r == 0)
		*ret = (struct service){ it, kind };
	return r;
}

void service_free(struct service *s)
{
	if (s->it == NULL)
		return;
	s->kind->free(s->it);
	s->it = NULL;
}

void service_start(const struct service *s)
{
	s->kind->start(s->it);
}

int service_over_fd(const struct service *s)
{
	return s->kind->over_fd(s->it);
}

void service_stop(const struct service *s, bool at_once)
{
	s->kind->stop(s->it, at_once);
}

int service_end(struct service *s)
{
	int r = s->kind->join(s->it);

	service_free(s);
	return r;
}

int service_prepare(const struct service *s, const void *opts, void **ret_next,
		    char ret_error[SERVICE_ERROR_SIZE])
{
	ret_error[0] = '\0';
	return s->kind->prepare(s->it, opts, ret_next, ret_error);
}

int service_commit(const struct service *s, void *next)
{
	return s->kind->commit(s->it, next);
}

void service_discard(const struct service *s, void *next)
{
	s->kind->discard(next);
}

void service_say(const struct service *s, const char *name, const void *opts)
{
	s->kind->say(s->it, name, opts);
}

const char *service_word(const struct service *s)
{
	return s->kind->word;
}

void service_numbers(const struct service *s, struct text *page)
{
	s->kind->numbers(s->it, page);
}

const char *service_unready(const struct service *s)
{
	return s->kind->unready(s->it);
}

uint32_t service_threads(const struct service *s)
{
	return s->kind->threads(s->it);
}

void service_reopen(const struct service *s)
{
	s->kind->reopen(s->it);
}

void service_dump(const struct service *s)
{
	s->kind->dump(s->it);
}
