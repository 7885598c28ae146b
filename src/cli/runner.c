/* SPDX-License-Identifier: MIT */
/* Steps, opened all and then taken: see runner.h. */
#include "cli/runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/say.h"
#include "cli/watch.h"

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

/* All is open before anything is closed. */
static void say_refused(const struct runner *r, struct services *p,
			const struct planned *one, int e, const char *error)
{
	bool moves = e == -EADDRINUSE && r->control.running;

	config_wrong(p->config, one->section, "%s%s", error,
		     moves ? " (to move it here from another section, reload "
			     "once without it)"
			   : "");
}

static int open_step(struct runner *r, struct services *p, uint32_t i,
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
	if (e == 0)
		*ret = step;
	else
		say_refused(r, p, one, e, error);
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

static int open_steps(struct runner *r, struct services *p, struct step steps[])
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

static bool is_wanted(const struct services *p, const struct step steps[],
		      const void *it)
{
	for (uint32_t i = 0; i < p->n; i++)
		if (steps[i].service.it == it)
			return true;
	return false;
}

static void drop_others(struct runner *r, const struct services *p,
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

static void take_steps(struct runner *r, const struct services *p,
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

/* ── Who watches ── */

static int open_watch(struct runner *r, struct services *p,
		      const struct step steps[], struct watch_next **ret)
{
	struct watched *all = calloc(p->n, sizeof(*all));
	char error[SERVICE_ERROR_SIZE];
	int e = -ENOMEM;

	for (uint32_t i = 0; all != NULL && i < p->n; i++) {
		all[i].service = steps[i].service;
		all[i].at = p->at[i].metrics;
		all[i].n = p->at[i].n_metrics;
		memcpy(all[i].name, p->at[i].section->name, CONFIG_NAME_SIZE);
	}
	if (all != NULL)
		e = watch_prepare(r->control.watch, all, p->n, ret, error);
	if (e < 0)
		say("%s: %s", r->path, all != NULL ? error : strerror(-e));
	free(all);
	return e;
}

/* ── All of it ── */

/* All is opened, or nothing is. */
static int open_all(struct runner *r, struct services *p, struct step steps[],
		    struct watch_next **ret)
{
	int e = open_steps(r, p, steps);

	if (e < 0)
		return e;
	e = open_watch(r, p, steps, ret);
	if (e < 0)
		close_steps(steps, p->n);
	return e;
}

int runner_apply(struct runner *r, struct services *ret_services)
{
	struct watch_next *watch = NULL;
	struct step steps[CONTROL_SERVERS_MAX] = { { .next = NULL } };
	int e = services_read(ret_services, r->path, &r->inherited);

	if (e == 0)
		e = open_all(r, ret_services, steps, &watch);
	if (e < 0)
		return e;
	take_steps(r, ret_services, steps);
	watch_commit(r->control.watch, watch);
	return 0;
}
