/* SPDX-License-Identifier: MIT */
/* Sections to servers and proxies, whose names and addresses are their own. */
#include "cli/services.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/control.h"
#include "cli/say.h"

static void init_serve(void *values)
{
	serve_values_init(values);
}

static void init_proxy(void *values)
{
	proxy_values_init(values);
}

static const struct config_kind kinds[] = {
	{.word = "serve",
         .options = &serve_options,
         .values_size = sizeof(struct serve_values),
         .init = init_serve                        },
	{ .word = "site",
         .within = "serve",
         .options = &serve_options,
         .values_size = sizeof(struct serve_values),
         .init = init_serve },
	{ .word = "proxy",
         .options = &proxy_options,
         .values_size = sizeof(struct proxy_values),
         .init = init_proxy},
};

enum { KIND_SERVE, KIND_SITE, KIND_PROXY };

/* ── One section ── */

static void give_sockets(struct services *p, struct planned *one,
			 const struct inherited *inherited)
{
	for (uint32_t i = 0; i < inherited->n; i++)
		if (p->n == 1 ||
		    strcmp(inherited->names[i], one->section->name) == 0)
			one->inherited[one->n_inherited++] = inherited->fds[i];
}

static void set_up(struct services *p, struct planned *one)
{
	if (one->section->kind == &kinds[KIND_PROXY])
		services_proxy(p, one);
	else
		services_serve(p, one);
}

/* ── Addresses, each of which is one section's ── */

struct places {
	const struct addr *at;
	uint32_t n;
};

static struct places places_of(const struct planned *one)
{
	if (one->proxied != NULL)
		return (struct places){ one->proxied->listen,
					one->proxied->opts.n_listen };
	return (struct places){ one->setup.addresses,
				one->setup.opts.n_listen };
}

static bool is_same(const struct addr *a, const struct addr *b)
{
	return a->len == b->len &&
	       memcmp(&a->storage, &b->storage, a->len) == 0;
}

/* That of a free port is nobody's yet. */
static bool is_free_port(const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];
	size_t len;

	addr_text(a, text);
	len = strlen(text);
	return len >= 2 && strcmp(text + len - 2, ":0") == 0;
}

static bool has(struct places p, const struct addr *a)
{
	for (uint32_t i = 0; i < p.n; i++)
		if (is_same(&p.at[i], a))
			return true;
	return false;
}

static void say_shared(struct services *p, const struct planned *one,
		       const struct planned *other, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];

	addr_text(a, text);
	if (one == other)
		config_wrong(p->config, one->section,
			     "listen: %s is there twice", text);
	else
		config_wrong(p->config, one->section,
			     "listen: %s is that of [%s %s]", text,
			     other->section->kind->word, other->section->name);
}

/* Without an address a server is at a certain one. */
static bool is_at_default(const struct planned *one)
{
	return one->proxied == NULL && places_of(one).n == 0 &&
	       one->n_inherited == 0;
}

static void compare(struct services *p, const struct planned *one,
		    const struct planned *other)
{
	struct places mine = places_of(one), theirs = places_of(other);

	if (is_at_default(one) && is_at_default(other))
		config_wrong(p->config, one->section,
			     "listen is missing, as in [serve %s]: both would "
			     "be at 127.0.0.1:8080",
			     other->section->name);
	for (uint32_t i = 0; i < mine.n; i++)
		if (has(theirs, &mine.at[i]) && !is_free_port(&mine.at[i]))
			say_shared(p, one, other, &mine.at[i]);
}

static void compare_itself(struct services *p, const struct planned *one)
{
	struct places mine = places_of(one);

	for (uint32_t i = 1; i < mine.n; i++)
		if (has((struct places){ mine.at, i }, &mine.at[i]) &&
		    !is_free_port(&mine.at[i]))
			say_shared(p, one, one, &mine.at[i]);
}

/* Names are what sockets, numbers and lines go by. */
static void compare_names(struct services *p, const struct planned *one,
			  const struct planned *other)
{
	if (strcmp(one->section->name, other->section->name) == 0)
		config_wrong(p->config, one->section,
			     "the name is that of [%s %s]",
			     other->section->kind->word, other->section->name);
}

static void compare_all(struct services *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		compare_itself(p, &p->at[i]);
		for (uint32_t j = 0; j < i; j++) {
			compare_names(p, &p->at[i], &p->at[j]);
			compare(p, &p->at[i], &p->at[j]);
		}
	}
}

/* ── All of it ── */

static int add_all(struct services *p, const struct inherited *inherited)
{
	struct config *c = p->config;

	p->at = calloc(c->n, sizeof(*p->at));
	if (p->at == NULL)
		return say_error(c->path, -ENOMEM), -ENOMEM;
	for (uint32_t i = 0; i < c->n; i++)
		if (c->at[i]->kind->within == NULL)
			p->at[p->n++].section = c->at[i];
	for (uint32_t i = 0; i < p->n; i++) {
		assert(p->at[i].section != NULL);
		give_sockets(p, &p->at[i], inherited);
		set_up(p, &p->at[i]);
	}
	if (p->n > CONTROL_SERVERS_MAX)
		config_wrong(c, p->at[CONTROL_SERVERS_MAX].section,
			     "more than %d servers and proxies",
			     CONTROL_SERVERS_MAX);
	compare_all(p);
	return c->wrong > 0 ? -EINVAL : 0;
}

int services_read(struct services *ret, const char *path,
		  const struct inherited *inherited)
{
	int r;

	*ret = (struct services){ 0 };
	r = config_read(&ret->config, path, kinds, ARRAY_SIZE(kinds));
	return r < 0 ? r : add_all(ret, inherited);
}

void services_done(struct services *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		setup_done(&p->at[i].setup);
		free(p->at[i].proxied);
	}
	free(p->at);
	p->config = config_free(p->config);
}
