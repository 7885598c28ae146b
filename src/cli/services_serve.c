/* SPDX-License-Identifier: MIT */
/* A [serve] and its sites to what serve_new() takes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/services.h"

static bool is_site_of(const struct config_section *s,
		       const struct config_section *server)
{
	return s == server || s->whole == server;
}

/* A server without a root of its own is no site; its first site is first. */
static int collect(struct services *p, const struct config_section *server,
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

void services_serve(struct services *p, struct planned *one)
{
	const struct config_section *section = one->section;
	const struct serve_values **sites;
	char error[OPTIONS_ERROR_SIZE];
	int n;

	assert(section != NULL);
	one->kind = &service_serve;
	one->opts = &one->setup.opts;
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
	one->metrics = one->setup.metrics;
	one->n_metrics = one->setup.n_metrics;
	one->setup.opts.inherited = one->inherited;
	one->setup.opts.n_inherited = one->n_inherited;
	free(sites);
}
