/* SPDX-License-Identifier: MIT */
/*
 * pour serve [DIR]: options into struct serve_opts, a line that says where,
 * and signals.
 *
 *      TERM, INT ──► first: drain, exit 0 ──► second: cut, exit 1
 *                                              └─► third: gone
 */
#include <errno.h>
#include <pour.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/say.h"
#include "net/addr.h"
#include "serve/serve.h"

enum { ADDRESSES_MAX = 2 * OPTION_LIST_MAX, LINE_SIZE = 4 * 1024 };

struct serve_values {
	struct option_list listen;
	uint64_t threads, grace, header_timeout;
	unsigned log;      /* enum serve_log */
	unsigned symlinks; /* enum find_links */
	bool hidden;
	const char *index;
};

static const char *const formats[] = {
	[SERVE_LOG_COMBINED] = "combined",
	[SERVE_LOG_OFF] = "off",
	[SERVE_LOG_OFF + 1] = NULL,
};

static const char *const links[] = {
	[FIND_INSIDE] = "inside",
	[FIND_NEVER] = "never",
	[FIND_FOLLOW] = "follow",
	[FIND_FOLLOW + 1] = NULL,
};

#define FIELD(name) offsetof(struct serve_values, name)

/* Milliseconds have to fit, and 0 would stand for the default. */
#define MS_MAX UINT32_MAX

static const struct option table[] = {
	OPTION(.name = "listen", .letter = 'l', .kind = OPTION_LIST,
	       .value = "ADDR", .field = FIELD(listen),
	       .help = "listens on 8080, *:8080, 10.0.0.1:80, [::1]:80 or\n"
		       "unix:/run/pour.sock; repeatable (127.0.0.1:8080)"),
	OPTION(.name = "threads", .letter = 't', .kind = OPTION_COUNT,
	       .value = "N", .field = FIELD(threads), .min = 1,
	       .max = SERVE_THREADS_MAX,
	       .help = "runs with N threads (one for each CPU)"),
	OPTION(.name = "log", .kind = OPTION_CHOICE, .value = "FORMAT",
	       .field = FIELD(log), .choices = formats,
	       .help = "writes a line for each answer, combined, or off\n"
		       "(combined)"),
	OPTION(.name = "grace", .kind = OPTION_SECONDS, .value = "SECONDS",
	       .field = FIELD(grace), .max = MS_MAX,
	       .help = "lets answers finish for so long when stopped (30)"),
	OPTION(.name = "hidden", .kind = OPTION_FLAG, .field = FIELD(hidden),
	       .help = "serves names that begin with a dot as well"),
	OPTION(.name = "index", .kind = OPTION_TEXT, .value = "NAME",
	       .field = FIELD(index),
	       .help = "shows this file for its folder (index.html); an empty\n"
		       "name: none"),
	OPTION(.name = "header-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(header_timeout), .min = 1,
	       .max = MS_MAX,
	       .help = "waits so long for a whole request head (10)"),
	OPTION(.name = "symlinks", .kind = OPTION_CHOICE, .value = "WHICH",
	       .field = FIELD(symlinks), .choices = links,
	       .help = "follows symbolic links that stay inside the folder, or\n"
		       "never, or with follow all of them (inside)"),
};

static const struct options options = {
	.name = "serve",
	.operands = "[DIR]",
	.summary = "Serves a folder over HTTP",
	.operands_max = 1,
	.table = table,
	.n = ARRAY_SIZE(table),
};

/* ── Signals ── */

static struct serve *_Atomic running;
static atomic_int stops;

static void on_stop(int number)
{
	int before = atomic_fetch_add(&stops, 1);
	struct serve *s = atomic_load(&running);

	if (before >= 2 || s == NULL)
		_exit(EXIT_SIGNAL + number);
	serve_stop(s, before == 0 ? SERVE_DRAIN : SERVE_NOW);
}

static void watch_signals(struct serve *s)
{
	struct sigaction action = { .sa_handler = on_stop,
				    .sa_flags = SA_RESTART };

	atomic_store(&running, s);
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

/* ── Options ── */

/* How many addresses, or -EINVAL, and that was said. */
static int read_addresses(const struct option_list *list,
			  struct addr addresses[ADDRESSES_MAX])
{
	int n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const char *why = "not an address";
		int r = addr_parse(list->items[i], &addresses[n], &why);

		if (r < 0) {
			say("--listen: '%s': %s", list->items[i], why);
			return r;
		}
		n += r;
	}
	return n;
}

static struct serve_opts to_opts(const struct serve_values *v,
				 const struct parsed *parsed)
{
	return (struct serve_opts){
		.root = parsed->n_operands > 0 ? parsed->operands[0] : NULL,
		.threads = (uint32_t)v->threads,
		.hidden = v->hidden,
		.index = v->index,
		.header_timeout_ms = (uint32_t)v->header_timeout,
		/* 0 is the default there, and "at once" here. */
		.grace_ms = (uint32_t)MAX(v->grace, UINT64_C(1)),
		.links = (enum find_links)v->symlinks,
		.log = (enum serve_log)v->log,
		.log_fd = STDERR_FILENO,
	};
}

/* ── Serving ── */

static void add_address(struct text *line, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE];
	const char *separator = line->len > 0 ? " and " : "";

	addr_text(a, text);
	text_str(line, separator);
	if (a->sa.sa_family == AF_UNIX) {
		text_str(line, text);
		return;
	}
	text_str(line, "http://");
	text_str(line, text);
	text_char(line, '/');
}

static void say_where(const struct serve *s, const char *root)
{
	char memory[LINE_SIZE];
	struct text line = text_over(memory, sizeof(memory));
	char *real = realpath(root, NULL);
	uint32_t threads = serve_threads(s);

	for (uint32_t i = 0; i < serve_n_addresses(s); i++)
		add_address(&line, serve_address(s, i));
	say("%s at %.*s with %u thread%s", real != NULL ? real : root,
	    (int)line.len, line.at, threads, threads == 1 ? "" : "s");
	free(real);
}

static int serve(const struct serve_opts *opts)
{
	char error[SERVE_ERROR_SIZE] = "";
	struct serve *s = NULL;
	int r = serve_new(&s, opts, error);

	if (r < 0) {
		say("%s", error[0] != '\0' ? error : strerror(-r));
		return EXIT_FAILED;
	}
	watch_signals(s);
	say_where(s, opts->root != NULL ? opts->root : ".");
	r = serve_run(s);
	atomic_store(&running, NULL);
	serve_free(s);
	if (r < 0)
		return say_error("serving ended", r);
	return atomic_load(&stops) > 1 ? EXIT_FAILED : EXIT_DONE;
}

static int serve_listening(const struct serve_values *values,
			   const struct parsed *parsed)
{
	struct serve_opts opts = to_opts(values, parsed);
	struct addr *addresses = calloc(ADDRESSES_MAX, sizeof(*addresses));
	int r;

	if (addresses == NULL)
		return say_error("addresses", -ENOMEM);
	r = read_addresses(&values->listen, addresses);
	if (r >= 0) {
		opts.listen = addresses;
		opts.n_listen = (uint32_t)r;
		r = serve(&opts);
	} else {
		r = EXIT_USAGE;
	}
	free(addresses);
	return r;
}

static int run(char *const *args)
{
	struct serve_values values = { .grace = 30 * UINT64_C(1000) };
	struct parsed parsed;
	int r = command_begin(&options, args, &values, &parsed);

	if (r < 0)
		r = serve_listening(&values, &parsed);
	options_done(&options, &values);
	return r;
}

const struct command cmd_serve = { .options = &options, .run = run };
