/* SPDX-License-Identifier: MIT */
/* A [proxy] to what proxy_new() takes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/services.h"

void services_proxy(struct services *p, struct planned *one)
{
	const struct config_section *section = one->section;
	char error[OPTIONS_ERROR_SIZE];
	struct proxied *told = calloc(1, sizeof(*told));

	assert(section != NULL);
	one->kind = &service_proxy;
	one->proxied = told;
	if (told == NULL) {
		config_wrong(p->config, section, "out of memory");
		return;
	}
	one->opts = &told->opts;
	if (proxied_read(told, section->values, error) < 0) {
		config_wrong(p->config, section, "%s",
			     error + strspn(error, "-"));
		return;
	}
	one->metrics = told->metrics;
	one->n_metrics = told->n_metrics;
	told->opts.inherited = one->inherited;
	told->opts.n_inherited = one->n_inherited;
}
