/* SPDX-License-Identifier: MIT */
/*
 * pour serve [DIR]: a server of one site, a line that says where, and the same
 * again for HUP, which reads anew what the options name.
 */
#include <errno.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/control.h"
#include "cli/say.h"
#include "cli/serve_options.h"
#include "cli/service.h"
#include "cli/share.h"
#include "cli/watch.h"
#include "cli/where.h"
#include "net/inherit.h"

/* A server and what it was told. */
struct served {
	struct serve *serve;
	const struct setup *setup;
	bool share;
};

static void ready(struct control *c)
{
	const struct served *served = c->context;

	where_say(NULL, served->serve, &served->setup->opts);
	watch_say(c->watch);
	if (served->share)
		share_say(served->serve);
}

static bool reload(struct control *c)
{
	const struct served *served = c->context;
	char error[SERVE_ERROR_SIZE] = "";

	if (serve_reload(served->serve, &served->setup->opts, error) < 0) {
		say("not reloaded, all is as before: %s", error);
		return false;
	}
	say("reloaded");
	return true;
}

static int serve(const struct setup *setup, bool share)
{
	char error[SERVICE_ERROR_SIZE];
	struct served served = { .setup = setup, .share = share };
	struct control control = { .ready = ready,
				   .reload = reload,
				   .context = &served };
	struct service service = { .it = NULL };
	int r = service_new(&service, &service_serve, &setup->opts, error);

	if (r == 0)
		r = watch_one(&control.watch, &service, setup->metrics,
			      setup->n_metrics, error);
	if (r < 0) {
		say("%s", error[0] != '\0' ? error : strerror(-r));
		service_free(&service);
		return EXIT_FAILED;
	}
	served.serve = service.it;
	(void)control_add(&control, &service);
	r = control_run(&control);
	control.watch = watch_free(control.watch);
	return r;
}

static int serve_values(struct serve_values *values, struct parsed *parsed)
{
	const struct serve_values *const sites[] = { values };
	char error[INHERIT_ERROR_SIZE];
	struct inherited inherited;
	struct setup setup;
	int r;

	if (inherit_take(&inherited, error) < 0) {
		say("%s", error);
		return EXIT_FAILED;
	}
	if (parsed->n_operands > 0)
		values->root = parsed->operands[0];
	r = setup_begin(&setup, values, sites, 1, parsed->error);
	setup.opts.inherited = inherited.fds;
	setup.opts.n_inherited = inherited.n;
	if (r < 0)
		say("%s", parsed->error);
	r = r < 0 ? EXIT_USAGE : serve(&setup, values->share);
	setup_done(&setup);
	return r;
}

static int run(char *const *args)
{
	struct serve_values values;
	struct parsed parsed;
	int r;

	serve_values_init(&values);
	r = command_begin(&serve_options, args, &values, &parsed);
	if (r < 0)
		r = serve_values(&values, &parsed);
	options_done(&serve_options, &values);
	return r;
}

const struct command cmd_serve = { .options = &serve_options, .run = run };
