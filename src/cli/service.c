/* SPDX-License-Identifier: MIT */
/* Two kinds, a table of functions each: see service.h. */
#include "cli/service.h"

#include "proxy/proxy.h"
#include "serve/serve.h"

struct service_kind {
	void (*start)(void *it);
	int (*over_fd)(void *it);
	void (*stop)(void *it, bool at_once);
	int (*end)(void *it);
	void (*reopen)(void *it);
	void (*dump)(void *it);
};

/* ── Servers ── */

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

static int end_serve(void *it)
{
	int r = serve_join(it);

	(void)serve_free(it);
	return r;
}

static void reopen_serve(void *it)
{
	serve_reopen(it);
}

static void dump_serve(void *it)
{
	serve_dump(it);
}

struct service service_of_serve(struct serve *s)
{
	static const struct service_kind kind = {
		start_serve, over_fd_of_serve, stop_serve,
		end_serve,   reopen_serve,     dump_serve,
	};

	return (struct service){ s, &kind };
}

/* ── Proxies ── */

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

static int end_proxy(void *it)
{
	int r = proxy_join(it);

	(void)proxy_free(it);
	return r;
}

static void reopen_proxy(void *it)
{
	proxy_reopen(it);
}

static void dump_proxy(void *it)
{
	proxy_dump(it);
}

struct service service_of_proxy(struct proxy *p)
{
	static const struct service_kind kind = {
		start_proxy, over_fd_of_proxy, stop_proxy,
		end_proxy,   reopen_proxy,     dump_proxy,
	};

	return (struct service){ p, &kind };
}

/* ── Both ── */

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
	int r = s->kind->end(s->it);

	s->it = NULL;
	return r;
}

void service_reopen(const struct service *s)
{
	s->kind->reopen(s->it);
}

void service_dump(const struct service *s)
{
	s->kind->dump(s->it);
}
