/* SPDX-License-Identifier: MIT */
/* What would be refused at the start, looked for without starting. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/services.h"

static void try_sites(struct services *p, const struct planned *one)
{
	const struct serve_opts *o = &one->setup.opts;
	char error[SITE_ERROR_SIZE] = "";
	struct sites *sites = NULL;

	if (sites_new(&sites, o->sites, o->n_sites, o->only_hosts, error) < 0)
		config_wrong(p->config, one->section, "%s", error);
	(void)sites_drop(sites);
}

/* It may be there already, or is made in its folder. */
static void try_log(struct services *p, const struct planned *one,
		    const char *path)
{
	char folder[4096];
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;
	size_t len = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	if (path == NULL || access(path, W_OK) == 0)
		return;
	if (errno == ENOENT && len < sizeof(folder)) {
		(void)memcpy(folder, len > 0 ? path : ".", len > 0 ? len : 1);
		folder[len > 0 ? len : 1] = '\0';
		if (access(folder, W_OK | X_OK) == 0)
			return;
	}
	config_wrong(p->config, one->section, "log-file: %s: %s", path,
		     strerror(errno));
}

int services_try(struct services *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		const struct planned *one = &p->at[i];

		if (one->proxied == NULL)
			try_sites(p, one);
		try_log(p, one,
			one->proxied != NULL ? one->proxied->opts.log_file
					     : one->setup.opts.log_file);
	}
	return p->config->wrong > 0 ? -EINVAL : 0;
}
