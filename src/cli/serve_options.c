/* SPDX-License-Identifier: MIT */
/* The options of a server, and how they become what serve_new() takes. */
#include "cli/serve_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "cli/addresses.h"
#include "http/head.h"
#include "http/probe.h"

static const char *const formats[] = {
	[SERVE_LOG_COMBINED] = "combined",
	[SERVE_LOG_OFF] = "off",
	[SERVE_LOG_JSON] = "json",
	[SERVE_LOG_JSON + 1] = NULL,
};

static const char *const links[] = {
	[FIND_INSIDE] = "inside",
	[FIND_NEVER] = "never",
	[FIND_FOLLOW] = "follow",
	[FIND_FOLLOW + 1] = NULL,
};

#define FIELD(name) offsetof(struct serve_values, name)

enum { PIPELINED_MAX = 100000 };

static const struct option table[] = {
	COMMON_LISTEN(serve_values, " (127.0.0.1:8080)"),
	OPTION(.name = "host", .kind = OPTION_LIST, .value = "NAME",
	       .field = FIELD(host), .scope = OPTION_OWN,
	       .help = "the name served, as example.org or *.example.org;\n"
		       "repeatable"),
	OPTION(.name = "only-hosts", .kind = OPTION_FLAG,
	       .field = FIELD(only_hosts),
	       .help = "refuses requests for any other name, with 421"),
	COMMON_RUNNING(serve_values, formats,
		       "writes a line for each answer, combined or json, or\n"
		       "none, off (combined)",
		       "lets answers finish for so long when stopped (30)"),
	OPTION(.name = "hidden", .kind = OPTION_FLAG, .field = FIELD(hidden),
	       .scope = OPTION_PER_SITE,
	       .help = "serves names that begin with a dot as well"),
	OPTION(.name = "index", .kind = OPTION_TEXT, .value = "NAME",
	       .field = FIELD(index), .scope = OPTION_PER_SITE,
	       .help = "shows this file for its folder (index.html); an empty\n"
		       "name: none"),
	OPTION(.name = "header-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(header_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "waits so long for a whole request head (10)"),
	OPTION(.name = "header-size", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(header_size), .min = 256, .max = HEAD_SIZE_MAX,
	       .help = "refuses a longer request head, with 431 (16k)"),
	OPTION(.name = "header-fields", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(header_fields), .min = 1, .max = HEAD_FIELDS_MAX,
	       .help = "refuses a head of more fields, with 431 (100)"),
	OPTION(.name = "pipelined", .kind = OPTION_COUNT, .value = "N",
	       .field = FIELD(pipelined), .min = 1, .max = PIPELINED_MAX,
	       .help = "answers so many requests of a connection in a row,\n"
		       "then others have their turn (16)"),
	COMMON_LIMITS(serve_values,
		      "answers more connections than that with 503 (as many\n"
		      "as descriptors allow)"),
	COMMON_RATES(serve_values,
		     "sends at most so many bytes a second in all",
		     "the same to each client address"),
	OPTION(.name = "min-rate", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(min_rate), .max = RATE_MAX,
	       .help = "cuts clients that take fewer bytes a second, averaged\n"
		       "over the time of --body-timeout; 0: none (100)"),
	OPTION(.name = "body-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(body_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "cuts clients that take not one byte for so long (60)"),
	COMMON_IDLE(serve_values, "waits so long for a further request (60)"),
	OPTION(.name = "root", .kind = OPTION_PATH, .value = "DIR",
	       .field = FIELD(root), .scope = OPTION_OWN,
	       .help = "serves this folder, as the argument does"),
	OPTION(.name = "symlinks", .kind = OPTION_CHOICE, .value = "WHICH",
	       .field = FIELD(symlinks), .scope = OPTION_PER_SITE,
	       .choices = links,
	       .help = "follows symbolic links that stay inside the folder,\n"
		       "or never, or with follow all of them (inside)"),
	OPTION(.name = "header", .kind = OPTION_LIST, .value = "FIELD",
	       .field = FIELD(header), .scope = OPTION_PER_SITE,
	       .help = "adds a field, as in 'Name: value', to each answer;\n"
		       "repeatable"),
	OPTION(.name = "cors", .kind = OPTION_TEXT, .value = "ORIGIN",
	       .field = FIELD(cors), .scope = OPTION_PER_SITE,
	       .help = "lets pages of that origin read this, or with '*' all"),
	OPTION(.name = "redirect", .kind = OPTION_LIST, .value = "FROM=TO",
	       .field = FIELD(redirect), .scope = OPTION_PER_SITE,
	       .help = "leads from /old to /new, or from /old/* to /new/*;\n"
		       "301, or 302 with 302:/old=/new; repeatable"),
	OPTION(.name = "error-page", .kind = OPTION_LIST,
	       .value = "STATUS=PATH", .field = FIELD(error_page),
	       .scope = OPTION_PER_SITE,
	       .help = "answers 404=/sorry.html with that file; repeatable"),
	OPTION(.name = "spa", .kind = OPTION_FLAG, .field = FIELD(spa),
	       .scope = OPTION_PER_SITE,
	       .help = "answers with the index of the folder where there is\n"
		       "nothing, for an application of one page"),
	OPTION(.name = "auth-file", .kind = OPTION_PATH, .value = "PATH",
	       .field = FIELD(auth_file), .scope = OPTION_PER_SITE,
	       .help = "lets in who is in this file, by name and password;\n"
		       "a line each, NAME:HASH"),
	OPTION(.name = "share", .kind = OPTION_FLAG, .field = FIELD(share),
	       .help = "listens on every interface (*:8080) and prints the\n"
		       "URLs, and a QR code on a terminal"),
};

const struct options serve_options = {
	.name = "serve",
	.operands = "[DIR]",
	.summary = "Serves a folder over HTTP",
	.operands_max = 1,
	.table = table,
	.n = ARRAY_SIZE(table),
};

void serve_values_init(struct serve_values *v)
{
	*v = (struct serve_values){ .common.grace = 30 * UINT64_C(1000),
				    .min_rate = 100 };
}

/* ── Values to options ── */

static int read_address(const char *text, struct addr ret[2],
			char error[OPTIONS_ERROR_SIZE])
{
	const char *why = "not an address";
	int r = addr_parse(text, ret, &why);

	if (r < 0)
		(void)snprintf(error, OPTIONS_ERROR_SIZE,
			       "--listen: '%.100s': %s", text, why);
	return r;
}

static int read_metrics(struct setup *ret, const char *text,
			char error[OPTIONS_ERROR_SIZE])
{
	int n = address_read("--metrics", text, ret->metrics, error);

	if (n <= 0)
		return n;
	ret->n_metrics = (uint32_t)n;
	ret->opts.spare_fds = PROBE_FDS;
	return 0;
}

static struct manners_opts to_manners(const struct serve_values *v)
{
	return (struct manners_opts){
		.fields = (const char *const *)v->header.items,
		.n_fields = v->header.n,
		.redirects = (const char *const *)v->redirect.items,
		.n_redirects = v->redirect.n,
		.error_pages = (const char *const *)v->error_page.items,
		.n_error_pages = v->error_page.n,
		.cors = v->cors,
		.spa = v->spa,
	};
}

static struct site_opts to_site(const struct serve_values *v)
{
	return (struct site_opts){
		.hosts = (const char *const *)v->host.items,
		.n_hosts = v->host.n,
		.root = v->root,
		.links = (enum find_links)v->symlinks,
		.hidden = v->hidden,
		.index = v->index,
		.manners = to_manners(v),
		.auth_file = v->auth_file,
	};
}

static struct serve_opts to_opts(const struct serve_values *v)
{
	return (struct serve_opts){
		.only_hosts = v->only_hosts,
		.threads = (uint32_t)v->common.threads,
		.max_connections = v->common.max_connections,
		.client_connections = v->common.client_connections,
		.rate = v->common.rate,
		.client_rate = v->common.client_rate,
		.header_size = (uint32_t)v->header_size,
		.header_fields = (uint32_t)v->header_fields,
		.pipelined = (uint32_t)v->pipelined,
		.min_rate = v->min_rate > 0 ? v->min_rate : SERVE_ANY_RATE,
		.body_timeout_ms = (uint32_t)v->body_timeout,
		.idle_timeout_ms = (uint32_t)v->common.idle_timeout,
		.header_timeout_ms = (uint32_t)v->header_timeout,
		/* 0 is the default there, and "at once" here. */
		.grace_ms = (uint32_t)MAX(v->common.grace, UINT64_C(1)),
		.log = (enum serve_log)v->common.log,
		.log_fd = STDERR_FILENO,
		.log_file = v->common.log_file,
	};
}

static int allocate(struct setup *s, uint32_t n_sites)
{
	s->addresses = calloc(ADDRESSES_MAX, sizeof(*s->addresses));
	s->sites = calloc(n_sites, sizeof(*s->sites));
	return s->addresses == NULL || s->sites == NULL ? -ENOMEM : 0;
}

int setup_begin(struct setup *ret, const struct serve_values *values,
		const struct serve_values *const sites[], uint32_t n_sites,
		char ret_error[OPTIONS_ERROR_SIZE])
{
	int r;

	*ret = (struct setup){ .opts = to_opts(values) };
	r = allocate(ret, n_sites);
	if (r < 0) {
		(void)snprintf(ret_error, OPTIONS_ERROR_SIZE, "out of memory");
		return r;
	}
	r = read_metrics(ret, values->common.metrics, ret_error);
	if (r < 0)
		return r;
	if (values->share && values->common.listen.n == 0)
		r = read_address("*:8080", ret->addresses, ret_error);
	else
		r = addresses_read("--listen", &values->common.listen,
				   ret->addresses, ret_error);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n_sites; i++)
		ret->sites[i] = to_site(sites[i]);
	ret->opts.listen = ret->addresses;
	ret->opts.n_listen = (uint32_t)r;
	ret->opts.sites = ret->sites;
	ret->opts.n_sites = n_sites;
	return 0;
}

void setup_done(struct setup *s)
{
	free(s->addresses);
	free(s->sites);
	*s = (struct setup){ 0 };
}
