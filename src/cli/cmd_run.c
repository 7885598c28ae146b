/* SPDX-License-Identifier: MIT */
/* pour run CONFIG and pour check CONFIG: the servers and proxies of a file. */
#include <errno.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/runner.h"
#include "cli/say.h"
#include "cli/watch.h"

static void ready(struct control *c)
{
	struct runner *r = container_of(c, struct runner, control);
	const struct services *p = c->context;

	for (uint32_t i = 0; i < r->n; i++)
		service_say(&r->at[i].service, r->at[i].name, p->at[i].opts);
	watch_say(c->watch);
}

static bool reload(struct control *c)
{
	struct runner *r = container_of(c, struct runner, control);
	struct services services;
	bool done = runner_apply(r, &services) == 0;

	say(done ? "reloaded" : "not reloaded, all is as before");
	services_done(&services);
	return done;
}

static bool is_named(const struct runner *r, const char *name)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (strcmp(r->at[i].name, name) == 0)
			return true;
	return false;
}

/* Sockets that nobody has wait for one that a later file may have. */
static void say_unused(const struct runner *r)
{
	for (uint32_t i = 0; r->n > 1 && i < r->inherited.n; i++)
		if (!is_named(r, r->inherited.names[i]))
			say("the socket '%s' was inherited, but there is no "
			    "[serve %s] and no [proxy %s]",
			    r->inherited.names[i], r->inherited.names[i],
			    r->inherited.names[i]);
}

static int run_services(struct runner *r)
{
	struct services services = { 0 };
	int e = runner_apply(r, &services);

	r->control.context = &services;
	if (e == 0)
		say_unused(r);
	e = e == 0 ? control_run(&r->control) : EXIT_CONFIG;
	services_done(&services);
	return e;
}

static int run_file(const char *path)
{
	struct runner *r = calloc(1, sizeof(*r));
	char error[INHERIT_ERROR_SIZE];
	int e = EXIT_FAILED;

	if (r == NULL)
		return say_error("servers", -ENOMEM);
	r->path = path;
	r->control = (struct control){ .ready = ready,
				       .reload = reload,
				       .watch = watch_new() };
	if (r->control.watch == NULL)
		(void)say_error("numbers", -ENOMEM);
	else if (inherit_take(&r->inherited, error) < 0)
		say("%s", error);
	else
		e = run_services(r);
	r->control.watch = watch_free(r->control.watch);
	free(r);
	return e;
}

/* What there is of something, such as ", 2 servers". */
static void print_count(uint32_t n, const char *one, const char *several)
{
	if (n > 0)
		(void)printf(", %u %s", n, n == 1 ? one : several);
}

static void print_good(const struct services *p, const char *path)
{
	uint32_t sites = 0, proxies = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		sites += p->at[i].setup.opts.n_sites;
		proxies += p->at[i].proxied != NULL;
	}
	(void)printf("%s: good", path);
	print_count(p->n - proxies, "server", "servers");
	print_count(sites, "site", "sites");
	print_count(proxies, "proxy", "proxies");
	(void)printf("\n");
}

static int check_file(const char *path)
{
	const struct inherited none = { 0 };
	struct services services;
	int e = services_read(&services, path, &none);

	if (e == 0)
		e = services_try(&services);
	if (e == 0)
		print_good(&services, path);
	services_done(&services);
	return e == 0 ? say_stdout_done() : EXIT_CONFIG;
}

/* ── The commands ── */

static const struct options run_options = {
	.name = "run",
	.operands = "CONFIG",
	.summary = "Runs the servers and proxies that a file names",
	.operands_min = 1,
	.operands_max = 1,
};

static const struct options check_options = {
	.name = "check",
	.operands = "CONFIG",
	.summary = "Says whether such a file is good",
	.operands_min = 1,
	.operands_max = 1,
};

static int run(char *const *args)
{
	struct parsed parsed;
	int r = command_begin(&run_options, args, NULL, &parsed);

	return r < 0 ? run_file(parsed.operands[0]) : r;
}

static int check(char *const *args)
{
	struct parsed parsed;
	int r = command_begin(&check_options, args, NULL, &parsed);

	return r < 0 ? check_file(parsed.operands[0]) : r;
}

const struct command cmd_run = { .options = &run_options, .run = run };
const struct command cmd_check = { .options = &check_options, .run = check };
