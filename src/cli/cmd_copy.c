/* SPDX-License-Identifier: MIT */
/*
 * pour copy SRC DST: one transfer between two ends. Its options, and the order
 * of things; the things are in copy.h.
 */
#include <errno.h>
#include <pour.h>
#include <string.h>

#include "base/base.h"
#include "cli/command.h"
#include "cli/copy.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { CONNECT_MS = 10 * 1000 };

/* ── Options ── */

static const char *const progress_choices[] = {
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_ALWAYS] = "always",
	[PROGRESS_NEVER] = "never",
	[PROGRESS_NEVER + 1] = NULL,
};

static const char *const clone_choices[] = {
	[POUR_CLONE_AUTO] = "auto",
	[POUR_CLONE_ALWAYS] = "always",
	[POUR_CLONE_NEVER] = "never",
	[POUR_CLONE_NEVER + 1] = NULL,
};

static const char *const holes_choices[] = {
	[COPY_HOLES_AUTO] = "auto",
	[COPY_HOLES_KEEP] = "keep",
	[COPY_HOLES_FILL] = "fill",
	[COPY_HOLES_FILL + 1] = NULL,
};

#define FIELD(name) offsetof(struct copy_values, name)

static const struct option table[] = {
	OPTION(.name = "backup", .letter = 'b', .kind = OPTION_TEXT,
	       .value = "SUFFIX", .field = FIELD(backup), .bare = "~",
	       .help = "keeps what is replaced, under its name and SUFFIX (~)"),
	OPTION(.name = "clone", .kind = OPTION_CHOICE, .value = "WHEN",
	       .field = FIELD(clone), .choices = clone_choices,
	       .help = "shares extents instead of moving bytes: auto, always\n"
		       "(or fails) or never (auto)"),
	OPTION(.name = "connect-timeout", .kind = OPTION_SECONDS,
	       .value = "SECONDS", .field = FIELD(connect_timeout),
	       .max = UINT32_MAX,
	       .help = "waits so long for a connection, or for somebody who\n"
		       "reads a FIFO (10)"),
	OPTION(.name = "explain", .kind = OPTION_FLAG, .field = FIELD(explain),
	       .help = "says on standard error which methods moved the bytes"),
	OPTION(.name = "force", .letter = 'f', .kind = OPTION_FLAG,
	       .field = FIELD(force),
	       .help = "replaces also a file that may not be written to"),
	OPTION(.name = "holes", .kind = OPTION_CHOICE, .value = "HOW",
	       .field = FIELD(holes), .choices = holes_choices,
	       .help = "keeps the holes of a sparse file (auto), keeps them\n"
		       "or fails (keep), or writes zeros (fill)"),
	OPTION(.name = "inplace", .kind = OPTION_FLAG, .field = FIELD(inplace),
	       .help = "overwrites a file where it is, rather than replace it"),
	OPTION(.name = "json", .kind = OPTION_FLAG, .field = FIELD(json),
	       .help = "writes progress and account as lines of JSON to\n"
		       "standard error"),
	OPTION(.name = "limit", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(limit), .max = UINT64_MAX,
	       .help = "copies at most so many bytes"),
	OPTION(.name = "method", .kind = OPTION_CHOICE, .value = "NAME",
	       .field = FIELD(method), .choices = copy_methods,
	       .help = "uses this method or fails: copy_file_range,\n"
		       "sendfile, splice, pipe, copy, clone or mmap"),
	OPTION(.name = "no-clobber", .letter = 'n', .kind = OPTION_FLAG,
	       .field = FIELD(no_clobber),
	       .help = "leaves a file that exists as it is, and succeeds"),
	OPTION(.name = "offset", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(offset), .max = UINT64_MAX,
	       .help = "skips so many bytes of the source first"),
	OPTION(.name = "progress", .kind = OPTION_CHOICE, .value = "WHEN",
	       .field = FIELD(progress), .choices = progress_choices,
	       .help = "shows how far it is: auto (on a terminal, after a\n"
		       "second), always or never (auto)"),
	OPTION(.name = "rate", .kind = OPTION_SIZE, .value = "BYTES",
	       .field = FIELD(rate), .min = 1, .max = UINT64_MAX,
	       .help = "moves at most so many bytes a second"),
	OPTION(.name = "stable", .kind = OPTION_FLAG, .field = FIELD(stable),
	       .help = "uses only methods after which the receiver does not\n"
		       "see later changes of the source"),
	OPTION(.name = "sync", .kind = OPTION_FLAG, .field = FIELD(sync),
	       .help = "ends when the bytes, and the name, are on the disk"),
};

static const struct options options = {
	.name = "copy",
	.operands = "SRC DST",
	.summary = "Copies one end to another",
	.more = "An end is a path, - for standard input or output, "
		"tcp:HOST:PORT,\ntcp-listen:[HOST:]PORT, unix:PATH, "
		"unix-listen:PATH or fd:N.\n",
	.operands_min = 2,
	.operands_max = 2,
	.table = table,
	.n = ARRAY_SIZE(table),
};

/* Why these do not go together, or NULL. */
static const char *contradiction(const struct copy_values *v)
{
	if (v->inplace && v->force)
		return "--force and --inplace exclude each other";
	if (v->inplace && v->backup != NULL)
		return "--backup and --inplace exclude each other";
	if (v->no_clobber && v->backup != NULL)
		return "--backup and --no-clobber exclude each other";
	if (v->holes == COPY_HOLES_FILL && v->clone == POUR_CLONE_ALWAYS)
		return "--clone always and --holes fill exclude each other";
	if (v->backup != NULL &&
	    (v->backup[0] == '\0' || strchr(v->backup, '/') != NULL))
		return "--backup: a suffix is not empty and has no slash";
	return NULL;
}

/* ── Copying ── */

static void say_listening(const char *where)
{
	say("listening on %s", where);
}

static struct ends_opts to_opts(const struct copy_values *v)
{
	struct ends_opts opts = {
		.end.connect_ms = v->connect_timeout,
		.force = v->force,
		.fresh = v->no_clobber,
		.inplace = v->inplace,
		.sync = v->sync,
		.backup = v->backup,
	};

	if (v->json)
		opts.end.listening = report_json_listening;
	else if (v->explain || v->progress == PROGRESS_ALWAYS)
		opts.end.listening = say_listening;
	return opts;
}

static void report(const struct copy *c, int code)
{
	struct progress_view v = progress_view(&c->progress,
					       &c->transfer.account);
	struct report_end end = { .src = c->ends.src.name,
				  .dst = c->ends.dst.name,
				  .exit_code = code };

	if (c->values.json)
		report_json_end(&v, &end);
}

static int copy(struct copy *c)
{
	int r = copy_move(c);

	if (r != EXIT_DONE)
		return r;
	r = ends_publish(&c->ends);
	return r < 0 ? end_error(&c->ends.dst, r) : EXIT_DONE;
}

static int same(const struct ends *ends)
{
	say("%s and %s are the same file", ends->src.name, ends->dst.name);
	return EXIT_FAILED;
}

static int kept(const struct copy *c)
{
	if (c->values.explain)
		say("%s exists, and stays", c->ends.dst.name);
	return EXIT_DONE;
}

static int open_and_copy(struct copy *c)
{
	struct ends_opts opts = to_opts(&c->values);
	int r = ends_open_src(&c->ends, &opts);

	if (r < 0)
		return end_error(&c->ends.src, r);
	r = ends_open_dst(&c->ends);
	if (r < 0)
		return end_error(&c->ends.dst, r);
	if (r == ENDS_SAME)
		return same(&c->ends);
	return r == ENDS_KEPT ? kept(c) : copy(c);
}

static int spell_and_copy(struct copy *c, const struct parsed *parsed)
{
	const struct end *wrong;
	int r = ends_spell(&c->ends, parsed->operands, &wrong);

	if (r < 0) {
		(void)end_error(wrong, r);
		return r == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	}
	signals_watch();
	r = open_and_copy(c);
	report(c, r);
	ends_done(&c->ends);
	return r;
}

static int run(char *const *args)
{
	struct copy c = {
		.values = {.method = COPY_METHODS,
                           .connect_timeout = CONNECT_MS,
                           .limit = POUR_ALL}
	};
	struct parsed parsed;
	const char *why;
	int r = command_begin(&options, args, &c.values, &parsed);

	if (r >= 0)
		return r;
	why = contradiction(&c.values);
	if (why == NULL)
		return spell_and_copy(&c, &parsed);
	say("%s (see: pour help copy)", why);
	return EXIT_USAGE;
}

const struct command cmd_copy = { .options = &options, .run = run };
