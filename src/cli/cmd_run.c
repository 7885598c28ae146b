/* SPDX-License-Identifier: MIT */
/*
 * pour run CONFIG and pour check CONFIG: the servers that a file names.
 *
 *      file ──► plan ─┬─► servers it had: changed        all of it, or nothing
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
#include "cli/config_serve.h"
#include "cli/control.h"
#include "cli/say.h"
#include "cli/where.h"
#include "net/inherit.h"

/* A server that runs, by the name of its section. */
struct named {
	char name[CONFIG_NAME_SIZE];
	struct serve *serve;
};

struct runner {
	const char *path;
	struct inherited inherited;
	struct control control;
	uint32_t n;
	struct named at[CONTROL_SERVERS_MAX];
};

/* One section, opened: what becomes of a server that runs, or a new one. */
struct step {
	struct serve *serve;
	struct serve_next *next; /* NULL: it is new */
};

static struct serve *find(const struct runner *r, const char *name)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (strcmp(r->at[i].name, name) == 0)
			return r->at[i].serve;
	return NULL;
}

/* ── Opening all that is new ── */

static int open_step(struct runner *r, struct plan *p, uint32_t i,
		     struct step *ret)
{
	const struct configured *one = &p->servers[i];
	struct step step = { .serve = find(r, one->section->name) };
	char error[SERVE_ERROR_SIZE] = "";
	int e;

	if (step.serve != NULL)
		e = serve_prepare(step.serve, &one->setup.opts, &step.next,
				  error);
	else
		e = serve_new(&step.serve, &one->setup.opts, error);
	if (e < 0)
		config_wrong(p->config, one->section, "%s", error);
	else
		*ret = step;
	return e;
}

static void close_steps(struct step steps[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (steps[i].next == NULL)
			(void)serve_free(steps[i].serve);
		serve_discard(steps[i].next);
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

static bool is_wanted(const struct plan *p, const char *name)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (strcmp(p->servers[i].section->name, name) == 0)
			return true;
	return false;
}

static void drop_others(struct runner *r, const struct plan *p)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (!is_wanted(p, r->at[i].name))
			control_drop(&r->control, r->at[i].serve);
}

static void take_step(struct runner *r, const struct configured *one,
		      struct step *step)
{
	struct service service = service_of_serve(step->serve);
	int e = 0;

	if (step->next == NULL)
		e = control_add(&r->control, &service);
	else
		e = serve_commit(step->serve, step->next);
	if (e < 0)
		(void)say_error(one->section->name, e);
}

static void take_steps(struct runner *r, const struct plan *p,
		       struct step steps[])
{
	drop_others(r, p);
	r->n = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		const struct configured *one = &p->servers[i];

		take_step(r, one, &steps[i]);
		memcpy(r->at[r->n].name, one->section->name, CONFIG_NAME_SIZE);
		r->at[r->n++].serve = steps[i].serve;
	}
}

/* By what the file says now, or nothing changes. 0 or -errno. */
static int apply(struct runner *r, struct plan *p)
{
	struct step steps[CONTROL_SERVERS_MAX] = { { 0 } };
	int e = plan_read(p, r->path, &r->inherited);

	if (e == 0)
		e = open_steps(r, p, steps);
	if (e == 0)
		take_steps(r, p, steps);
	return e;
}

static void say_all(const struct runner *r, const struct plan *p)
{
	for (uint32_t i = 0; i < r->n; i++)
		where_say(r->at[i].name, r->at[i].serve,
			  &p->servers[i].setup.opts);
}

static void ready(struct control *c)
{
	struct runner *r = container_of(c, struct runner, control);

	say_all(r, c->context);
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

/* Sockets that no server has wait for one that a later file may have. */
static void say_unused(const struct runner *r)
{
	for (uint32_t i = 0; r->n > 1 && i < r->inherited.n; i++)
		if (find(r, r->inherited.names[i]) == NULL)
			say("the socket '%s' was inherited, but there is no "
			    "[serve %s]",
			    r->inherited.names[i], r->inherited.names[i]);
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

static int check_file(const char *path)
{
	const struct inherited none = { 0 };
	struct plan plan;
	uint32_t sites = 0;
	int e = plan_read(&plan, path, &none);

	if (e == 0)
		e = plan_try(&plan);
	for (uint32_t i = 0; i < plan.n; i++)
		sites += plan.servers[i].setup.opts.n_sites;
	if (e == 0)
		(void)printf("%s: good, %u server%s, %u site%s\n", path, plan.n,
			     plan.n == 1 ? "" : "s", sites,
			     sites == 1 ? "" : "s");
	plan_done(&plan);
	return e == 0 ? say_stdout_done() : EXIT_CONFIG;
}

/* ── The commands ── */

static const struct options run_options = {
	.name = "run",
	.operands = "CONFIG",
	.summary = "Runs the servers that a file names",
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
