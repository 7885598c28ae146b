/* SPDX-License-Identifier: MIT */
/* pour proxy: connections from some addresses to some others. */
#include <errno.h>
#include <pour.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/control.h"
#include "cli/proxy_options.h"
#include "cli/say.h"
#include "cli/service.h"
#include "cli/watch.h"
#include "cli/where.h"
#include "net/inherit.h"

static void ready(struct control *c)
{
	const struct proxied *told = c->context;

	where_say_proxy(NULL, c->at[0].service.it, &told->opts);
	watch_say(c->watch);
}

/* All that it was told stands on its command line. */
static bool reload(struct control *c)
{
	(void)c;
	say("nothing to reload: no option names a file to read again");
	return true;
}

static int run_proxy(struct proxied *told)
{
	char error[SERVICE_ERROR_SIZE];
	struct control control = { .ready = ready,
				   .reload = reload,
				   .context = told };
	struct service service = { .it = NULL };
	int r = service_new(&service, &service_proxy, &told->opts, error);

	if (r == 0)
		r = watch_one(&control.watch, &service, told->metrics,
			      told->n_metrics, error);
	if (r < 0) {
		say("%s", error[0] != '\0' ? error : strerror(-r));
		service_free(&service);
		return EXIT_FAILED;
	}
	(void)control_add(&control, &service);
	r = control_run(&control);
	control.watch = watch_free(control.watch);
	return r;
}

static int run_values(const struct proxy_values *values)
{
	char error[OPTIONS_ERROR_SIZE], why[INHERIT_ERROR_SIZE];
	struct proxied *told = malloc(sizeof(*told));
	struct inherited inherited;
	int r = EXIT_USAGE;

	if (told == NULL)
		return say_error("options", -ENOMEM);
	if (inherit_take(&inherited, why) < 0) {
		say("%s", why);
		r = EXIT_FAILED;
	} else if (proxied_read(told, values, error) < 0) {
		say("%s (see: pour help proxy)", error);
	} else if (told->opts.n_listen + inherited.n == 0) {
		say("--listen is missing: where connections come in "
		    "(see: pour help proxy)");
	} else {
		told->opts.inherited = inherited.fds;
		told->opts.n_inherited = inherited.n;
		r = run_proxy(told);
	}
	free(told);
	return r;
}

static int run(char *const *args)
{
	struct proxy_values values;
	struct parsed parsed;
	int r;

	proxy_values_init(&values);
	r = command_begin(&proxy_options, args, &values, &parsed);
	if (r < 0)
		r = run_values(&values);
	options_done(&proxy_options, &values);
	return r;
}

const struct command cmd_proxy = { .options = &proxy_options, .run = run };
