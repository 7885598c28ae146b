/* SPDX-License-Identifier: MIT */
/*
 * pour run CONFIG and pour check CONFIG: the servers and proxies of a file.
 *
 *      file ──► plan ─┬─► those it had: changed          all of it, or nothing
 *      HUP ─────┘     ├─► new ones: started
 *                     └─► those that are gone: drained
 */
#include <errno.h>
#include <pour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/control.h"
#include "cli/plan.h"
#include "cli/say.h"
#include "net/inherit.h"

/* A server or a proxy that runs, by the name of its section. */
struct named {
	char name[CONFIG_NAME_SIZE];
	struct service service;
};

struct runner {
	const char *path;
	struct inherited inherited;
	struct control control;
	uint32_t n;
	struct named at[CONTROL_SERVERS_MAX];
};

/* One section, opened: what becomes of one that runs, or a new one. */
struct step {
	struct service service;
	void *next;
	bool is_new;
};

/* Of that kind, too: a name that has changed it is another one's. */
static const struct service *find(const struct runner *r,
				  const struct planned *one)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->at[i].service.kind == one->kind &&
		    strcmp(r->at[i].name, one->section->name) == 0)
			return &r->at[i].service;
	return NULL;
}

/* ── Opening all that is new ── */

static int open_step(struct runner *r, struct plan *p, uint32_t i,
		     struct step *ret)
{
	const struct planned *one = &p->at[i];
	const struct service *runs = find(r, one);
	struct step step = { .is_new = runs == NULL };
	char error[SERVICE_ERROR_SIZE];
	int e;

	if (runs != NULL)
		step.service = *runs;
	e = step.is_new
		    ? service_new(&step.service, one->kind, one->opts, error)
		    : service_prepare(runs, one->opts, &step.next, error);
	if (e < 0)
		config_wrong(p->config, one->section, "%s", error);
	else
		*ret = step;
	return e;
}

static void close_steps(struct step steps[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (steps[i].is_new)
			service_free(&steps[i].service);
		else
			service_discard(&steps[i].service, steps[i].next);
	}
}

static int open_steps(struct runner *r, struct plan *p, struct step steps[])
{
	for (uint32_t i = 0; i < p->n; i++) {
		int e = open_step(r, p, i, &steps[i]);

		if (e < 0) {
			close_steps(steps, i);
			return e;
		}
	}
	return 0;
}

/* ── And then doing it ── */

static bool is_wanted(const struct plan *p, const struct step steps[],
		      const void *it)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (steps[i].service.it == it)
			return true;
	return false;
}

static void drop_others(struct runner *r, const struct plan *p,
			const struct step steps[])
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!is_wanted(p, steps, r->at[i].service.it))
			control_drop(&r->control, r->at[i].service.it);
}

/* What only a start can change. */
static void say_kept(const struct planned *one, const struct service *s)
{
	const struct common_values *common =
		one->proxied != NULL
			? &((const struct proxy_values *)one->section->values)
				   ->common
			: &((const struct serve_values *)one->section->values)
				   ->common;
	uint32_t has = service_threads(s);

	if (common->threads != 0 && common->threads != has)
		say("%s: it goes on with %u thread%s; a restart changes that",
		    one->section->name, has, has == 1 ? "" : "s");
}

static void take_step(struct runner *r, const struct planned *one,
		      struct step *step)
{
	int e;

	if (step->is_new) {
		e = control_add(&r->control, &step->service);
		if (r->control.running)
			service_say(&step->service, one->section->name,
				    one->opts);
	} else {
		e = service_commit(&step->service, step->next);
		say_kept(one, &step->service);
	}
	if (e < 0)
		(void)say_error(one->section->name, e);
}

static void take_steps(struct runner *r, const struct plan *p,
		       struct step steps[])
{
	drop_others(r, p, steps);
	r->n = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		const struct planned *one = &p->at[i];

		take_step(r, one, &steps[i]);
		memcpy(r->at[r->n].name, one->section->name, CONFIG_NAME_SIZE);
		r->at[r->n++].service = steps[i].service;
	}
}

/* By what the file says now, or nothing changes. 0 or -errno. */
static int apply(struct runner *r, struct plan *p)
{
	struct step steps[CONTROL_SERVERS_MAX] = { { .next = NULL } };
	int e = plan_read(p, r->path, &r->inherited);

	if (e == 0)
		e = open_steps(r, p, steps);
	if (e == 0)
		take_steps(r, p, steps);
	return e;
}

static void ready(struct control *c)
{
	struct runner *r = container_of(c, struct runner, control);
	const struct plan *p = c->context;

	for (uint32_t i = 0; i < r->n; i++)
		service_say(&r->at[i].service, r->at[i].name, p->at[i].opts);
}

static bool reload(struct control *c)
{
	struct runner *r = container_of(c, struct runner, control);
	struct plan plan;
	bool done = apply(r, &plan) == 0;

	say(done ? "reloaded" : "not reloaded, all is as before");
	plan_done(&plan);
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

static int run_plan(struct runner *r)
{
	struct plan plan = { 0 };
	int e = apply(r, &plan);

	r->control.context = &plan;
	if (e == 0)
		say_unused(r);
	e = e == 0 ? control_run(&r->control) : EXIT_CONFIG;
	plan_done(&plan);
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
	r->control = (struct control){ .ready = ready, .reload = reload };
	if (inherit_take(&r->inherited, error) < 0)
		say("%s", error);
	else
		e = run_plan(r);
	free(r);
	return e;
}

/* What there is of something, such as ", 2 servers". */
static void print_count(uint32_t n, const char *one, const char *several)
{
	if (n > 0)
		(void)printf(", %u %s", n, n == 1 ? one : several);
}

static void print_good(const struct plan *p, const char *path)
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
	struct plan plan;
	int e = plan_read(&plan, path, &none);

	if (e == 0)
		e = plan_try(&plan);
	if (e == 0)
		print_good(&plan, path);
	plan_done(&plan);
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
