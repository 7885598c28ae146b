/* SPDX-License-Identifier: MIT */
/* Sections to servers and their sites. */
#include "cli/config_serve.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/control.h"
#include "cli/say.h"

static void init(void *values)
{
	serve_values_init(values);
}

static const struct config_kind kinds[] = {
	{.word = "serve",
         .options = &serve_options,
         .values_size = sizeof(struct serve_values),
         .init = init},
	{ .word = "site",
         .within = "serve",
         .options = &serve_options,
         .values_size = sizeof(struct serve_values),
         .init = init },
};

/* ── Sites ── */

static bool is_site_of(const struct config_section *s,
		       const struct config_section *server)
{
	return s == server || s->whole == server;
}

/* A server without a root of its own is no site; its first site is first. */
static int collect(struct plan *p, const struct config_section *server,
		   const struct serve_values *sites[])
{
	struct config *c = p->config;
	int n = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct config_section *s = c->at[i];
		const struct serve_values *v = s->values;

		if (!is_site_of(s, server))
			continue;
		if (v->root != NULL)
			sites[n++] = v;
		else if (s != server)
			config_wrong(c, s, "root is missing");
		else if (v->host.n > 0)
			config_wrong(c, s, "host is there, but root is not");
	}
	if (n == 0 && c->wrong == 0)
		config_wrong(c, server, "root is missing, and so is a [site]");
	return n;
}

static void give_sockets(struct plan *p, struct configured *one,
			 const struct inherited *inherited)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < inherited->n; i++)
		if (p->n == 1 ||
		    strcmp(inherited->names[i], one->section->name) == 0)
			one->inherited[n++] = inherited->fds[i];
	one->setup.opts.inherited = one->inherited;
	one->setup.opts.n_inherited = n;
}

static void set_up(struct plan *p, struct configured *one,
		   const struct inherited *inherited)
{
	const struct config_section *section = one->section;
	const struct serve_values **sites;
	char error[OPTIONS_ERROR_SIZE];
	int n;

	assert(section != NULL);
	sites = calloc(p->config->n, sizeof(const struct serve_values *));
	if (sites == NULL) {
		config_wrong(p->config, section, "out of memory");
		return;
	}
	n = collect(p, section, sites);
	if (n > 0 && setup_begin(&one->setup, section->values, sites,
				 (uint32_t)n, error) < 0)
		config_wrong(p->config, section, "%s",
			     error + strspn(error, "-"));
	give_sockets(p, one, inherited);
	free(sites);
}

/* ── Addresses, each of which is one server's ── */

static bool is_same(const struct addr *a, const struct addr *b)
{
	return a->len == b->len &&
	       memcmp(&a->storage, &b->storage, a->len) == 0;
}

/* An address that both have, or NULL; that of a free port is none. */
static const struct addr *shared(const struct setup *a, const struct setup *b)
{
	char text[ADDR_TEXT_SIZE];

	for (uint32_t i = 0; i < a->opts.n_listen; i++)
		for (uint32_t j = 0; j < b->opts.n_listen; j++) {
			addr_text(&a->addresses[i], text);
			if (is_same(&a->addresses[i], &b->addresses[j]) &&
			    strcmp(text + MAX(strlen(text), (size_t)2) - 2,
				   ":0") != 0)
				return &a->addresses[i];
		}
	return NULL;
}

static bool is_at_default(const struct setup *s)
{
	return s->opts.n_listen + s->opts.n_inherited == 0;
}

static void compare(struct plan *p, const struct configured *a,
		    const struct configured *b)
{
	const struct addr *address = shared(&a->setup, &b->setup);
	char text[ADDR_TEXT_SIZE];

	if (is_at_default(&a->setup) && is_at_default(&b->setup)) {
		config_wrong(p->config, b->section,
			     "listen is missing, as in [serve %s]: both would "
			     "be at 127.0.0.1:8080",
			     a->section->name);
		return;
	}
	if (address == NULL)
		return;
	addr_text(address, text);
	config_wrong(p->config, b->section, "%s is that of [serve %s]", text,
		     a->section->name);
}

static void compare_all(struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		for (uint32_t j = 0; j < i; j++)
			compare(p, &p->servers[j], &p->servers[i]);
}

/* ── All of it ── */

static int add_servers(struct plan *p, const struct inherited *inherited)
{
	struct config *c = p->config;

	p->servers = calloc(c->n, sizeof(*p->servers));
	if (p->servers == NULL)
		return say_error(c->path, -ENOMEM), -ENOMEM;
	for (uint32_t i = 0; i < c->n; i++)
		if (c->at[i]->kind == &kinds[0])
			p->servers[p->n++].section = c->at[i];
	for (uint32_t i = 0; i < p->n; i++)
		set_up(p, &p->servers[i], inherited);
	if (p->n > CONTROL_SERVERS_MAX)
		config_wrong(c, p->servers[CONTROL_SERVERS_MAX].section,
			     "more than %d servers", CONTROL_SERVERS_MAX);
	compare_all(p);
	return c->wrong > 0 ? -EINVAL : 0;
}

int plan_read(struct plan *ret, const char *path,
	      const struct inherited *inherited)
{
	int r;

	*ret = (struct plan){ 0 };
	r = config_read(&ret->config, path, kinds, ARRAY_SIZE(kinds));
	return r < 0 ? r : add_servers(ret, inherited);
}

void plan_done(struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++)
		setup_done(&p->servers[i].setup);
	free(p->servers);
	p->config = config_free(p->config);
}

int plan_try(struct plan *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct serve_opts *o = &p->servers[i].setup.opts;
		char error[SITE_ERROR_SIZE] = "";
		struct sites *sites = NULL;

		if (sites_new(&sites, o->sites, o->n_sites, o->only_hosts,
			      error) < 0)
			config_wrong(p->config, p->servers[i].section, "%s",
				     error);
		(void)sites_drop(sites);
	}
	return p->config->wrong > 0 ? -EINVAL : 0;
}
